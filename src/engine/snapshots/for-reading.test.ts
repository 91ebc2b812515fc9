import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { file, link } from '../../../test/fixtures/tree.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };
const areas = [{ id: 'keys', title: 'Keys', globs: ['**/*.pem'], secret: true }];

test('a read-only copy cannot be written, and has no secrets and no links that lead out', posix, async () => {
  using place = placeWith({
    plain: file('x', { mode: 0o664 }),
    script: file('x', { mode: 0o755 }),
    own: file('x', { mode: 0o600 }),
    deep: { 'server.pem': 'PRIVATE', beside: link('../plain'), up: link('../../other') },
    out: link('/etc/hosts'),
  });
  fs.writeFileSync(`${place.path}/app/holdfast.profile.json`, JSON.stringify({ id: 'app', title: 'App', areas }));
  const context = place.open();
  const { id } = await place.snapshot();
  const to = `${place.path}/copy`;
  const options = { to, readOnly: true };

  const dry = await restoreSnapshot(context, id, { ...options, dryRun: true }, {});
  assert.ok(!fs.existsSync(to));
  const result = await restoreSnapshot(context, id, options, {});
  assert.deepEqual([result.omitted, result.changes], [dry.omitted, dry.changes]);
  assert.deepEqual(result.omitted, [
    { path: 'deep/server.pem', reason: 'secret area "keys": left out of a read-only copy' },
    { path: 'deep/up', reason: 'a link that leads out of the root' },
    { path: 'out', reason: 'a link that leads out of the root' },
  ]);
  assert.deepEqual([result.restored, result.verified, result.failed], [4, 4, []]);
  assert.deepEqual(fs.readdirSync(to).sort(), ['deep', 'own', 'plain', 'script']);
  const mode = (path: string) => (fs.lstatSync(`${to}/${path}`).mode & 0o777).toString(8);
  assert.deepEqual(['plain', 'script', 'own', 'deep'].map(mode), ['444', '555', '400', '555']);
  assert.equal(fs.readFileSync(`${to}/deep/beside`, 'utf8'), 'x');
  fs.chmodSync(`${to}/deep`, 0o700);
});

test('the root is never restored read-only', posix, async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  const before = place.tree();
  for (const to of [undefined, place.root]) {
    const options = { readOnly: true, ...(to === undefined ? {} : { to }) };
    await assert.rejects(restoreSnapshot(place.context, id, options, {}), code('USAGE'));
  }
  assert.deepEqual(place.tree(), before);
});
