import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, flipBit } from '../../../../test/fixtures/engine.ts';
import { filesWith } from '../../../../test/fixtures/file-calls.ts';
import { file } from '../../../../test/fixtures/tree.ts';
import { listLog } from '../../audit/log.ts';
import { createSnapshot } from '../../snapshots/create.ts';
import { deleteSnapshots } from '../../snapshots/delete.ts';
import { editSnapshot } from '../../snapshots/edit.ts';
import { listSnapshots } from '../../snapshots/list.ts';
import { undeleteSnapshot } from '../../snapshots/undelete.ts';
import { verifyVault } from '../verify.ts';
import { timedPlace } from './test-support.ts';

const large = () => file(randomBytes(300_000));

test('without a rule, prune deletes no snapshot, and says so', async () => {
  using place = timedPlace({ a: large() });
  const { id } = await place.snapshot();
  const result = await place.prune({ grace: '0' });
  assert.deepEqual(
    result.snapshots.map(({ id, keep, reasons }) => ({ id, keep, reasons })),
    [{ id, keep: true, reasons: ['no rule says otherwise'] }],
  );
  assert.deepEqual([result.packs.deleted, result.packs.kept], [0, 1]);
});

test('what a policy lets go can be undeleted for a day, and is gone after it, with its space', async () => {
  using place = timedPlace({ old: large(), both: large() });
  const first = await place.snapshot();
  const tree = place.tree();
  place.pass(1);
  fs.rmSync(`${place.root}/old`);
  place.write({ young: large() });
  const second = await place.snapshot();

  const foreseen = await place.prune({ keepLast: 1, dryRun: true });
  assert.equal(listSnapshots(place.context, {}).total, 2);
  const marked = await place.prune({ keepLast: 1 });
  assert.deepEqual({ ...foreseen, dryRun: false, bytesReclaimed: 0 }, { ...marked, bytesReclaimed: 0 });
  assert.deepEqual(
    marked.snapshots.map(({ id, keep, reasons }) => [id, keep, reasons]),
    [
      [second.id, true, ['last 1']],
      [first.id, false, []],
    ],
  );
  assert.deepEqual(marked.trash, { kept: 1, removed: 0 });
  await place.assertRestores(second.id, place.tree());

  await undeleteSnapshot(place.context, first.id.slice(0, 8), {});
  await place.assertRestores(first.id, tree);
  await place.assertWhole();
  await place.prune({ keepLast: 1 });
  place.pass(23);
  await place.prune();
  await undeleteSnapshot(place.context, first.id, {});
  await place.assertRestores(first.id, tree);

  await deleteSnapshots(place.context, [first.id]);
  await place.prune();
  place.pass(25);
  const before = place.size();
  const freed = await place.prune();
  assert.deepEqual(freed.trash, { kept: 0, removed: 1 });
  assert.ok(freed.packs.deleted > 0);
  place.pass(25);
  const rest = await place.prune();
  assert.ok(freed.bytesReclaimed + rest.bytesReclaimed > 300_000);
  assert.ok(before - place.size() > 300_000, 'really');
  assert.equal(rest.bytesPending, 0);
  await assert.rejects(undeleteSnapshot(place.context, first.id, {}), code('NOT_FOUND'));
  await place.assertRestores(second.id, place.tree());
  await place.assertWhole();
  const [entry] = listLog(place.context, { filter: 'vault.prune' }).entries;
  assert.equal(entry?.action, 'vault.prune');
});

test('with no grace it is gone at once', async () => {
  using place = timedPlace({ old: large(), both: large() });
  const first = await place.snapshot();
  fs.rmSync(`${place.root}/old`);
  await place.snapshot();
  await deleteSnapshots(place.context, [first.id]);
  const before = place.size();
  const foreseen = await place.prune({ grace: '0', dryRun: true });
  const result = await place.prune({ grace: '0' });
  const freed = before - place.size();
  assert.ok(freed > 295_000 && Math.abs(freed - result.bytesReclaimed) < 5000, `${freed} ${result.bytesReclaimed}`);
  assert.ok(Math.abs(foreseen.bytesReclaimed - freed) < 10_000, `${foreseen.bytesReclaimed}`);
  assert.deepEqual([result.packs.rewritten, result.bytesPending], [1, 0]);
  assert.deepEqual(foreseen.packs, result.packs);
  await place.assertWhole();
});

test('a pinned snapshot stays, also one that is pinned in the last moment', async () => {
  using place = timedPlace({ a: 'one' });
  const pinned = await createSnapshot(place.context, { pinned: true }, {});
  const late = await place.snapshot();
  await place.snapshot();
  const newest = await place.snapshot();
  let moments = 0;
  // While another one is moved, which comes before it because it is younger.
  const watched = filesWith('utimesSync', () => {
    if (moments++ === 0) editSnapshot(place.context, late.id, { pinned: true });
  });
  const result = await place.prune({ keepLast: 1 }, place.open({ fs: watched }));
  const left = new Set(listSnapshots(place.context, {}).snapshots.map(({ id }) => id));
  assert.deepEqual(left, new Set([pinned.id, late.id, newest.id]));
  for (const { id, keep } of result.snapshots) assert.equal(keep, left.has(id));
});

test('the same content again, while its pack waits to be deleted, is stored anew', async () => {
  using place = timedPlace({ a: large(), b: { c: 'text' } });
  const { id } = await place.snapshot();
  await deleteSnapshots(place.context, [id]);
  await place.prune();
  const again = await place.snapshot();
  assert.equal(place.packs().length, 2);
  place.pass(25);
  assert.equal((await place.prune()).packs.deleted, 1);
  await place.assertRestores(again.id, place.tree());
  await place.assertWhole();
  const more = await place.snapshot();
  assert.equal(more.newBytes, 0);
});

test('many small packs become one, and the next snapshot still reads no file that did not change', async () => {
  using place = timedPlace({ still: { a: 'a', b: large() } });
  const trees = new Map<string, ReturnType<typeof place.tree>>();
  for (let n = 0; n < 12; n++) {
    place.write({ [`file-${n}`]: file(`text ${n}`, { mtime: 1_600_000_000_000 + n }) });
    trees.set((await place.snapshot()).id, place.tree());
  }
  // A file that changed a moment before a scan is read again by the next one; these are older by now.
  while (Date.now() - fs.statSync(`${place.root}/still/b`).ctimeMs <= 150) await new Promise(setImmediate);
  await place.snapshot();
  assert.equal(place.packs().length, 12);
  const result = await place.prune();
  assert.deepEqual([result.packs.rewritten, result.packs.kept, result.packs.marked], [12, 1, 12]);
  const opened: string[] = [];
  const watched = place.open({ fs: filesWith('openSync', (path: string) => opened.push(path)) });
  const next = await createSnapshot(watched, {}, {});
  assert.equal(next.newBytes, 0);
  assert.ok(!opened.some(path => path.startsWith(`${place.root}/still`)));
  place.pass(25);
  assert.equal((await place.prune()).packs.deleted, 12);
  assert.equal(place.packs().length, 1);
  for (const [id, tree] of trees) await place.assertRestores(id, tree);
  await place.assertWhole();
});

test('a record that cannot be read stops everything', async () => {
  using place = timedPlace({ a: large() });
  const { id } = await place.snapshot();
  const other = await place.snapshot();
  await editSnapshot(place.context, other.id, { title: 'x' });
  const vault = `${place.root}/.holdfast`;
  fs.mkdirSync(`${vault}/sessions/key`, { recursive: true });
  fs.writeFileSync(`${vault}/sessions/key/000000000001.json`, 'garbage');
  await assert.rejects(place.prune({ keepLast: 1, grace: '0' }), code('CORRUPT'));
  fs.rmSync(`${vault}/sessions/key/000000000001.json`);
  for (const record of [`snapshots/${id}`, `labels/${other.id}`]) {
    flipBit(`${vault}/${record}.json`, 40);
    await assert.rejects(place.prune({ keepLast: 1, grace: '0' }), code('CORRUPT'), record);
    flipBit(`${vault}/${record}.json`, 40);
  }
  assert.equal(listSnapshots(place.context, {}).total, 2);
  assert.equal(place.packs().length, 1);
});

test('a damaged directory stops it; damaged contents stay where they are, and it says so', async () => {
  using place = timedPlace({ 'a-keep': 'x'.repeat(1000), gone: { a: large(), b: large() } });
  const first = await place.snapshot();
  fs.rmSync(`${place.root}/gone`, { recursive: true });
  const second = await place.snapshot();
  await deleteSnapshots(place.context, [first.id]);
  const [pack] = place.packs().filter(name => fs.statSync(`${place.root}/.holdfast/packs/${name}`).size > 10_000);
  const path = `${place.root}/.holdfast/packs/${pack}`;
  // `a-keep` is in the first block, behind the magic and the block's header.
  flipBit(path, 16 + 20 + 20);
  const before = (await verifyVault(place.context, { readData: true }, {})).damaged;
  assert.ok(before.length > 0);
  for (const reason of [/damaged objects that are needed/, /may hold what the vault has lost/]) {
    const result = await place.prune({ grace: '0' });
    assert.match(result.kept[0]?.reason ?? '', reason);
    assert.ok(fs.existsSync(path));
    // Without it what the pack holds is found by reading the pack, as far as it can be read.
    fs.rmSync(`${place.root}/.holdfast/index/${pack!.slice(0, 64)}.idx`);
  }
  const after = (await verifyVault(place.context, { readData: true }, {})).damaged;
  assert.deepEqual(
    after.flatMap(({ paths }) => paths),
    before.flatMap(({ paths }) => paths),
  );
  assert.ok(listSnapshots(place.context, {}).snapshots.some(({ id }) => id === second.id));
});

test('what killed processes left in tmp goes after a day, and the index of a pack that is gone', async () => {
  using place = timedPlace({ a: 'a' });
  await place.snapshot();
  const vault = `${place.root}/.holdfast`;
  fs.writeFileSync(`${vault}/tmp/.0123.holdfast-tmp`, 'x'.repeat(5000));
  fs.writeFileSync(`${vault}/index/${'0'.repeat(64)}.idx`, 'x');
  assert.equal((await place.prune({ grace: '0' })).bytesReclaimed, 1);
  assert.equal(fs.readdirSync(`${vault}/tmp`).length, 1);
  place.pass(25);
  assert.ok((await place.prune()).bytesReclaimed >= 5000);
  assert.deepEqual(fs.readdirSync(`${vault}/tmp`), []);
});

test('rules that keep nothing, and a time that is none, are refused; a dry run needs no vault', async () => {
  using place = timedPlace({ a: 'a' });
  for (const input of [{ keepLast: 0 }, { keepWithin: 'soon' }, { grace: 'a day' }])
    await assert.rejects(place.prune(input), code('USAGE'));
  assert.deepEqual((await place.prune({ keepLast: 1, dryRun: true })).snapshots, []);
  assert.ok(!fs.existsSync(`${place.root}/.holdfast`));
});
