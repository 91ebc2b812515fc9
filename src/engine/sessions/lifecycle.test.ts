import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { testContext } from '../../../test/fixtures/ports.ts';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { objectId } from '../vault/object-id.ts';
import { createSession } from './create.ts';
import { deleteSession } from './delete.ts';
import { editSession } from './edit.ts';
import { sessionHistory } from './history.ts';
import { listSessions } from './list.ts';
import { revertSession } from './revert.ts';
import { readSession, showSession } from './show.ts';
import { undeleteSession } from './undelete.ts';
import { updateSession } from './update.ts';

function open(t: { after(undo: () => void): void }) {
  const place = temporaryDirectory();
  t.after(() => place[Symbol.dispose]());
  makeTree(place.path, { data: { workspace: {} } });
  return testContext(place.path);
}

const bytes = (text: string) => ({ bytes: Buffer.from(text) });

test('a session is created, updated, reverted, renamed, deleted and brought back, and every version stays', async t => {
  const context = open(t);
  const made = await createSession(context, { title: 'Wells' }, {}, bytes('{"a":1}'));
  assert.match(made.id, /^[a-z2-7]{20}$/);
  assert.deepEqual([made.version, made.contentHash, made.owner], [1, objectId(Buffer.from('{"a":1}')), 'tester']);
  const second = await updateSession(context, made.id, bytes('{"a":2}'), 1, {});
  assert.equal(second.version, 2);
  assert.equal(
    (await updateSession(context, made.id, bytes('{"a":2}'), 2, {})).version,
    2,
    'equal content is no version',
  );
  const back = await revertSession(context, made.id, { version: 1 }, {});
  assert.equal(back.version, 3);
  assert.equal((await readSession(context, made.id)).toString(), '{"a":1}');
  assert.equal((await editSession(context, made.id, { title: 'Wells north' }, {})).title, 'Wells north');
  assert.deepEqual(await deleteSession(context, 'Wells north', {}), { deleted: made.id, version: 4 });
  assert.equal((await listSessions(context, {})).total, 0);
  assert.equal(fs.existsSync(`${context.root}/sessions/${made.id}`), false);
  const undone = await undeleteSession(context, 'Wells north', {});
  assert.deepEqual([undone.version, undone.title, undone.createdAt], [5, 'Wells north', made.createdAt]);
  assert.equal((await readSession(context, made.id)).toString(), '{"a":1}');
  const { versions } = await sessionHistory(context, made.id);
  assert.deepEqual(
    versions.map(one => [one.version, one.action, one.from]),
    [
      [5, 'undelete', 4],
      [4, 'delete', 3],
      [3, 'revert', 1],
      [2, 'update', 1],
      [1, 'create', null],
    ],
  );
});

test('a stale update is refused with both versions, and what another program wrote counts as one', async t => {
  const context = open(t);
  const { id } = await createSession(context, { title: 'One' }, {}, bytes('1'));
  await updateSession(context, id, bytes('2'), 1, {});
  await assert.rejects(updateSession(context, id, bytes('mine'), 1, {}), error => {
    assert.ok(HoldfastError.is(error, 'VERSION_CONFLICT'));
    const { expected, current } = error.details as Record<string, { version: number; contentHash: string }>;
    assert.deepEqual([expected?.version, current?.version], [1, 2]);
    assert.equal(current?.contentHash, objectId(Buffer.from('2')));
    return true;
  });
  fs.writeFileSync(`${context.root}/sessions/${id}/content/content.json`, 'by another program');
  const seen = await showSession(context, id);
  assert.deepEqual([seen.version, seen.uncaptured], [2, true]);
  await assert.rejects(updateSession(context, id, bytes('mine'), 2, {}), { code: 'VERSION_CONFLICT' });
  assert.equal((await readSession(context, id)).toString(), 'by another program');
  assert.equal((await updateSession(context, id, bytes('mine'), 3, {})).version, 4);
});

test('a session of several files is one thing: an update replaces all of it', async t => {
  const context = open(t);
  makeTree(context.workspace, {
    one: { 'a.json': '1', sub: { 'b.json': '2' } },
    two: { 'a.json': '1', 'c.json': '3' },
  });
  const { id } = await createSession(context, { title: 'Many', from: `${context.workspace}/one` }, {});
  const content = `${context.root}/sessions/${id}/content`;
  const before = fs.statSync(`${content}/a.json`);
  await updateSession(context, id, { path: `${context.workspace}/two` }, undefined, {});
  assert.deepEqual(fs.readdirSync(content).sort(), ['a.json', 'c.json']);
  assert.equal(fs.statSync(`${content}/a.json`).ino, before.ino, 'what stays the same is not written');
  await updateSession(context, id, { bytes: Buffer.from('4'), file: 'sub/d.json' }, undefined, {});
  assert.equal(fs.readFileSync(`${content}/sub/d.json`, 'utf8'), '4');
  await revertSession(context, id, { version: 1 }, {});
  assert.deepEqual(fs.readdirSync(`${content}/sub`), ['b.json']);
});

test('words that are too long and content over the limit are refused before anything is written', async t => {
  const context = open(t);
  await assert.rejects(createSession(context, { title: 'x'.repeat(51) }, {}), { code: 'USAGE' });
  const small = { ...context, settings: { ...context.settings, sessionLimit: 3 } };
  await assert.rejects(createSession(small, { title: 'x' }, {}, bytes('1234')), { code: 'CONTENT_TOO_LARGE' });
  assert.equal((await listSessions(context, {})).total, 0);
});

test('a clock that was set back changes no order: versions are counted', async t => {
  const context = open(t);
  const { id } = await createSession(context, { title: 'Clock' }, {}, bytes('1'));
  const back = { ...context, ports: { ...context.ports, now: () => new Date('2001-01-01T00:00:00Z') } };
  assert.equal((await updateSession(back, id, bytes('2'), 1, {})).version, 2);
  assert.equal((await updateSession(context, id, bytes('3'), 2, {})).version, 3);
  const { versions } = await sessionHistory(context, id);
  assert.deepEqual(
    versions.map(({ version, createdAt }) => [version, createdAt < '2002']),
    [
      [3, false],
      [2, true],
      [1, false],
    ],
  );
  assert.equal((await revertSession(back, id, { version: 2, expectVersion: 3 }, {})).version, 4);
  assert.equal((await readSession(context, id)).toString(), '2');
});
