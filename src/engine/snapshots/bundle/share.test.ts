import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, flipBit, type Place, placeWith } from '../../../../test/fixtures/engine.ts';
import { link, readTree } from '../../../../test/fixtures/tree.ts';
import { listLog } from '../../audit/log.ts';
import { objectId } from '../../vault/object-id.ts';
import { listPacks } from '../../vault/object-store.ts';
import { encodeTree } from '../../vault/tree.ts';
import { verifyVault } from '../../vault/verify.ts';
import { deleteSnapshots } from '../delete.ts';
import { editSnapshot } from '../edit.ts';
import { listSnapshots } from '../list.ts';
import { restoreSnapshot } from '../restore.ts';
import { showSnapshot } from '../show.ts';
import { exportSnapshot } from './export.ts';
import { importSnapshot } from './import.ts';
import { fileEntry, snapshotIn } from './test-support.ts';

const profile = JSON.stringify({
  id: 'app',
  title: 'App',
  areas: [{ id: 'keys', title: 'Keys', globs: ['keys/**', '**/*.pem'], secret: true }],
});

/** The root of an application whose keys are secret. */
function secretive(tree: Parameters<typeof placeWith>[0]): Place {
  const place = placeWith(tree);
  fs.writeFileSync(`${place.path}/app/holdfast.profile.json`, profile);
  return { ...place, context: place.open(), [Symbol.dispose]: () => place[Symbol.dispose]() };
}

function vaultFiles(place: Place): object {
  return readTree(`${place.root}/.holdfast`, { except: ['index', 'cache', 'locks', 'tmp'] });
}

const tree = {
  'caf\udce9': 'not UTF-8',
  empty: '',
  nothing: {},
  big: randomBytes(2_500_000),
  docs: { a: 'a', again: 'a', up: link('../empty'), deep: { b: 'b'.repeat(300_000) } },
};

test('a snapshot goes to another root and is the same there', async () => {
  using here = placeWith(tree);
  using there = placeWith({ other: 'x' });
  // A file may hold the very bytes of a directory, which are then one object.
  fs.writeFileSync(`${here.root}/tree`, encodeTree([fileEntry('x', 'x')]));
  fs.mkdirSync(`${here.root}/of`);
  const snapshot = await here.snapshot();
  const file = `${here.path}/one.holdfast`;
  const exported = await exportSnapshot(here.context, 'latest', { file }, {});
  assert.deepEqual([exported.omitted, exported.files, exported.bytes], [[], snapshot.files, snapshot.bytes]);
  const bytes = fs.readFileSync(file);
  assert.deepEqual([exported.fileBytes, exported.sha256], [bytes.length, objectId(bytes)]);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);

  const imported = await importSnapshot(there.context, { file }, {});
  assert.deepEqual(imported, { snapshot, imported: true });
  assert.notEqual((await there.snapshot()).rootId, snapshot.rootId);
  const result = await restoreSnapshot(there.context, snapshot.id, { to: `${there.path}/out` }, {});
  assert.deepEqual(result.failed, []);
  assert.deepEqual(readTree(`${there.path}/out`), here.tree());
  assert.equal((await verifyVault(there.context, { readData: true }, {})).ok, true);
  assert.ok(
    listLog(there.context).entries.some(({ action, target }) => action === 'snapshot.import' && target === snapshot.id),
  );
});

test('importing again changes nothing, whatever became of the labels; a deleted one comes back', async () => {
  using place = placeWith(tree);
  const snapshot = await place.snapshot();
  const file = `${place.path}/one.holdfast`;
  await exportSnapshot(place.context, snapshot.id, { file }, {});
  editSnapshot(place.context, snapshot.id, { title: 'mine', pinned: false });
  const before = vaultFiles(place);
  assert.equal((await importSnapshot(place.context, { file }, {})).imported, false);
  assert.deepEqual(vaultFiles(place), before);
  await deleteSnapshots(place.context, [snapshot.id]);
  assert.equal((await importSnapshot(place.context, { file }, {})).imported, true);
  assert.equal(listSnapshots(place.context, {}).total, 1);
  assert.equal(listPacks(place.context).length, 1, 'what the vault has is not stored again');
});

test('secrets stay here unless asked for, and the exported snapshot says so', async () => {
  using here = secretive({ keys: { token: 'hunter2' }, docs: { 'server.pem': 'PRIVATE', a: 'a' }, plain: 'x' });
  using there = placeWith();
  const snapshot = await here.snapshot();
  const file = `${here.path}/one.holdfast`;
  const { omitted, files } = await exportSnapshot(here.context, 'latest', { file }, {});
  assert.deepEqual(
    omitted.map(({ path }) => path),
    ['docs/server.pem', 'keys/token'],
  );
  assert.ok(omitted.every(({ reason }) => reason.includes('secret area "keys"')));
  assert.equal(files, 2);
  const described = snapshotIn(file);
  assert.deepEqual([described.id, described.skipped, described.files], [snapshot.id, omitted, 2]);
  await importSnapshot(there.context, { file }, {});
  await restoreSnapshot(there.context, snapshot.id, { to: `${there.path}/out` }, {});
  assert.deepEqual(Object.keys(readTree(`${there.path}/out`)), ['docs', 'docs/a', 'keys', 'plain']);
  await assert.rejects(importSnapshot(here.context, { file }, {}), code('CONFLICT'));
  assert.deepEqual(showSnapshot(here.context, snapshot.id), snapshot);
  const all = `${here.path}/all.holdfast`;
  assert.deepEqual((await exportSnapshot(here.context, 'latest', { file: all, includeSecrets: true }, {})).omitted, []);
  assert.equal((await importSnapshot(here.context, { file: all }, {})).imported, false);
});

test('links that lead out of the root stay here', async () => {
  using here = placeWith({ d: { in: link('../a'), out: link('../../x') }, abs: link('/etc/passwd'), a: 'a' });
  using there = placeWith();
  await here.snapshot();
  const file = `${here.path}/one.holdfast`;
  const { omitted } = await exportSnapshot(here.context, 'latest', { file, includeSecrets: true }, {});
  assert.deepEqual(
    omitted.map(({ path }) => path),
    ['abs', 'd/out'],
  );
  assert.equal((await importSnapshot(there.context, { file }, {})).imported, true);
});

test('a place that is taken, in the vault or nowhere, a damaged vault, and a cancelled export', async () => {
  using place = placeWith({ a: randomBytes(400_000) });
  const { id } = await place.snapshot();
  fs.writeFileSync(`${place.path}/taken`, 'mine');
  const attempt = (file: string, signal?: AbortSignal) => exportSnapshot(place.context, id, { file }, { signal });
  await assert.rejects(attempt(`${place.path}/taken`), code('CONFLICT'));
  await assert.rejects(attempt(`${place.root}/.holdfast/packs/x`), code('CONFLICT'));
  await assert.rejects(attempt(`${place.path}/nowhere/x`), code('NOT_FOUND'));
  await assert.rejects(attempt(`${place.path}/x`, AbortSignal.abort()), code('CANCELLED'));
  flipBit(`${place.root}/.holdfast/packs/${listPacks(place.context)[0]}.pack`, 16 + 20 + 1000);
  await assert.rejects(attempt(`${place.path}/x`), code('CORRUPT'));
  assert.deepEqual(fs.readdirSync(place.path).sort(), ['app', 'taken']);
  assert.equal(fs.readFileSync(`${place.path}/taken`, 'utf8'), 'mine');
});
