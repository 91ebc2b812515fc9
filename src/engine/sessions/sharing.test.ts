import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { mortalPorts } from '../../../test/crash/mortal-ports.ts';
import { code, flipBit, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { link, makeTree, readTree, type Tree } from '../../../test/fixtures/tree.ts';
import { exportSnapshot } from '../snapshots/bundle/export.ts';
import { importSnapshot } from '../snapshots/bundle/import.ts';
import { verifyVault } from '../vault/verify.ts';
import { createSession } from './create.ts';
import { deleteSession } from './delete.ts';
import { editSession } from './edit.ts';
import { exportSession } from './export.ts';
import { sessionHistory } from './history.ts';
import { importSession } from './import.ts';
import { listSessions } from './list.ts';
import { readSession, showSession } from './show.ts';
import { updateSession } from './update.ts';
import { readVersionFile } from './version-content.ts';

const profile = JSON.stringify({
  id: 'app',
  title: 'App',
  areas: [{ id: 'keys', title: 'Keys', globs: ['**/*.pem'], secret: true }],
  sessions: { files: ['notebooks/*.json'], title: ['title'] },
});

/** The root of an application that has sessions of its own. */
function application(tree: Tree = {}): Place {
  const place = placeWith(tree);
  fs.writeFileSync(`${place.path}/app/holdfast.profile.json`, profile);
  return { ...place, context: place.open(), [Symbol.dispose]: () => place[Symbol.dispose]() };
}

const everything = (place: Place) => readTree(place.root, { except: ['index', 'cache', 'locks', 'tmp'] });

/** A session of several files with three versions, exported. */
async function exported(here: Place) {
  makeTree(`${here.path}/from`, { 'a.json': '{"a":1}', data: { big: 'x'.repeat(1_500_000), empty: '' } });
  const { id } = await createSession(here.context, { title: 'Wells', from: `${here.path}/from` }, {});
  await updateSession(here.context, id, { bytes: Buffer.from('{"a":2}'), file: 'a.json' }, 1, {});
  fs.writeFileSync(`${here.root}/sessions/${id}/content/data/more`, 'by another program');
  await editSession(here.context, id, { title: 'Wells north', description: 'Of May' }, {});
  const file = `${here.path}/one.holdfast`;
  const result = await exportSession(here.context, id, { file }, {});
  return { id, file, result };
}

test('a session of several files goes to another root with all its versions; again changes nothing', async () => {
  using here = application();
  using there = application({ other: 'x' });
  const { id, file, result } = await exported(here);
  assert.deepEqual([result.session, result.versions, result.files], [id, 3, 4]);
  const { session, imported } = await importSession(there.context, { file }, {});
  assert.equal(imported, true);
  const { updatedAt: _, ...same } = await showSession(here.context, id);
  assert.deepEqual({ ...session, updatedAt: undefined }, { ...same, updatedAt: undefined });
  assert.deepEqual([session.title, session.description, session.version], ['Wells north', 'Of May', 3]);
  assert.deepEqual(
    (await sessionHistory(there.context, id)).versions,
    (await sessionHistory(here.context, id)).versions,
  );
  assert.equal((await readVersionFile(there.context, id, 1, 'a.json')).toString(), '{"a":1}');
  assert.equal((await readSession(there.context, id, 'data/more')).toString(), 'by another program');
  assert.equal((await readSession(there.context, id, 'data/big')).length, 1_500_000);
  assert.equal((await verifyVault(there.context, { readData: true }, {})).ok, true);

  await editSession(there.context, id, { title: 'Mine' }, {});
  const before = everything(there);
  assert.equal((await importSession(there.context, { file }, {})).imported, false);
  assert.deepEqual(everything(there), before);
});

test('another content under the same id is a conflict, and both can be had', async () => {
  using here = application();
  using there = application();
  const { id, file } = await exported(here);
  await importSession(there.context, { file }, {});
  await updateSession(there.context, id, { bytes: Buffer.from('{"a":3}'), file: 'a.json' }, 3, {});
  const before = everything(there);
  await assert.rejects(importSession(there.context, { file }, {}), code('CONFLICT'));
  assert.deepEqual(everything(there), before);
  const { session } = await importSession(there.context, { file, asNew: true }, {});
  assert.notEqual(session.id, id);
  assert.deepEqual([session.version, session.title], [3, 'Wells north']);
  assert.equal((await readVersionFile(there.context, session.id, 1, 'a.json')).toString(), '{"a":1}');
  assert.equal((await listSessions(there.context, {})).total, 2);
});

test('a session that was deleted after it went on comes back, and nothing of it is lost', async () => {
  using here = application();
  const { id, file } = await exported(here);
  await updateSession(here.context, id, { bytes: Buffer.from('{"a":3}'), file: 'a.json' }, 3, {});
  await deleteSession(here.context, id, {});
  const { session } = await importSession(here.context, { file }, {});
  assert.deepEqual([session.version, (await readSession(here.context, id, 'a.json')).toString()], [6, '{"a":2}']);
  const [newest] = (await sessionHistory(here.context, id)).versions;
  assert.deepEqual([newest?.action, newest?.from], ['import', 3]);
  assert.equal((await readVersionFile(here.context, id, 4, 'a.json')).toString(), '{"a":3}');
});

test("an application's own session goes to where it lay, if nothing is there", async () => {
  using here = application({ notebooks: { 'wells.json': '{"title":"Wells"}' } });
  using there = application();
  using taken = application({ notebooks: { 'wells.json': '{"title":"Others"}' } });
  using other = placeWith();
  await updateSession(here.context, 'wells', { bytes: Buffer.from('{"title":"Wells 2"}') }, undefined, {});
  const file = `${here.path}/one.holdfast`;
  const { location } = await exportSession(here.context, 'wells', { file }, {});
  assert.equal(location, 'notebooks/wells.json');
  const { session } = await importSession(there.context, { file }, {});
  assert.deepEqual([session.id, session.title, session.version], ['wells', 'Wells 2', 2]);
  assert.equal(fs.readFileSync(`${there.root}/notebooks/wells.json`, 'utf8'), '{"title":"Wells 2"}');
  assert.equal((await importSession(there.context, { file }, {})).imported, false);
  for (const place of [taken, other]) {
    const before = everything(place);
    await assert.rejects(importSession(place.context, { file }, {}), code('CONFLICT'));
    assert.deepEqual(everything(place), before);
    const renewed = (await importSession(place.context, { file, asNew: true }, {})).session;
    assert.deepEqual([renewed.title, renewed.location], ['Wells 2', `sessions/${renewed.id}`]);
    assert.equal((await readSession(place.context, renewed.id)).toString(), '{"title":"Wells 2"}');
  }
});

test('what must not leave the machine is refused: secrets unless asked for, links that lead outside', async () => {
  using here = application();
  const file = `${here.path}/one.holdfast`;
  const refused = async (reference: string) => {
    await assert.rejects(exportSession(here.context, reference, { file }, {}), code('CONFLICT'));
    assert.equal(fs.existsSync(file), false);
  };
  makeTree(`${here.path}/from`, { a: '1', 'server.pem': 'PRIVATE' });
  const { id } = await createSession(here.context, { title: 'One', from: `${here.path}/from` }, {});
  fs.rmSync(`${here.root}/sessions/${id}/content/server.pem`);
  // An older version still has it.
  await refused(id);
  assert.equal((await exportSession(here.context, id, { file, includeSecrets: true }, {})).versions, 2);
  fs.rmSync(file);
  makeTree(`${here.path}/linked`, { a: '1', out: link('../../../other') });
  await refused((await createSession(here.context, { title: 'Two', from: `${here.path}/linked` }, {})).id);
  fs.writeFileSync(file, 'mine');
  await assert.rejects(exportSession(here.context, id, { file, includeSecrets: true }, {}), code('CONFLICT'));
  assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
});

test('a bundle of a snapshot is no session, and the other way', async () => {
  using here = application({ a: 'x' });
  const { file } = await exported(here);
  await here.snapshot();
  await exportSnapshot(here.context, 'latest', { file: `${here.path}/snapshot` }, {});
  await assert.rejects(importSession(here.context, { file: `${here.path}/snapshot` }, {}), code('USAGE'));
  await assert.rejects(importSnapshot(here.context, { file }, {}), code('USAGE'));
});

test('a file that is cut off or damaged anywhere is refused, and nothing is written', async () => {
  using here = application();
  using there = application();
  const { file } = await exported(here);
  const whole = fs.readFileSync(file);
  const before = everything(there);
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
    fs.writeFileSync(file, whole.subarray(0, at));
    await assert.rejects(importSession(there.context, { file }, {}), code('CORRUPT'));
    fs.writeFileSync(file, whole);
    flipBit(file, at, at % 8);
    await assert.rejects(importSession(there.context, { file }, {}), code('CORRUPT'));
  }
  assert.deepEqual(everything(there), before);
});

test('whenever the process dies, the session is whole or not there, and importing again completes it', async () => {
  using here = application();
  makeTree(`${here.path}/from`, { a: '1', b: '2' });
  const { id } = await createSession(here.context, { title: 'Wells', from: `${here.path}/from` }, {});
  await updateSession(here.context, id, { bytes: Buffer.from('3'), file: 'a' }, 1, {});
  const file = `${here.path}/one.holdfast`;
  await exportSession(here.context, id, { file }, {});
  const { versions } = await sessionHistory(here.context, id);
  let died = 0;
  for (let at = 1; ; at += 3) {
    using there = application();
    const { ports, isDead } = mortalPorts({ at, when: at % 2 === 0 ? 'before' : 'after' });
    await importSession(there.open(ports), { file }, {}).catch(() => {});
    const { sessions } = await listSessions(there.context, {});
    // One whose files are on their way lacks its words, which come last; whoever writes next puts the rest there.
    for (const one of sessions)
      assert.ok(one.broken ?? one.contentHash === versions[0]?.contentHash, `died at call ${at}`);
    const { session } = await importSession(there.context, { file }, {});
    assert.deepEqual([session.version, session.broken], [2, undefined], `died at call ${at}`);
    assert.deepEqual((await sessionHistory(there.context, id)).versions, versions, `died at call ${at}`);
    assert.equal((await verifyVault(there.context, { readData: false }, {})).ok, true, `died at call ${at}`);
    if (!isDead()) break;
    died++;
  }
  assert.ok(died > 15, `${died}`);
});
