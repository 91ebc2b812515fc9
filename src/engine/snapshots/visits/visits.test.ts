import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { code, flipBit, placeWith } from '../../../../test/fixtures/engine.ts';
import { verifyVault } from '../../vault/verify.ts';
import { exportSnapshot } from '../bundle/export.ts';
import { importSnapshot } from '../bundle/import.ts';
import { deleteSnapshots } from '../delete.ts';
import { editSnapshot } from '../edit.ts';
import { restoreSnapshot } from '../restore.ts';
import { listVisits } from './list.ts';
import { recordVisit } from './record-visit.ts';
import { settleVisits } from './settle.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');

test('taking a snapshot is no visit; exporting and restoring it are', async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  assert.deepEqual(listVisits(place.context, {}), { visits: [], nextCursor: null, total: 0, broken: [] });
  await restoreSnapshot(place.context, id, { dryRun: true }, {});
  assert.equal(listVisits(place.context, {}).total, 0);
  await exportSnapshot(place.context, id, { file: `${place.path}/file` }, {});
  await restoreSnapshot(place.context, id, {}, {});
  await restoreSnapshot(place.open({ user: 'mary' }), id, {}, {});
  editSnapshot(place.context, id, { title: 'renamed' });
  const { visits, total } = listVisits(place.context, { sort: 'visitor' });
  assert.equal(total, 2);
  assert.deepEqual(
    visits.map(({ visitor, visits: count, snapshotId, title, snapshotDeleted }) => [
      visitor,
      count,
      snapshotId,
      title,
      snapshotDeleted,
    ]),
    [
      ['mary', 1, id, 'renamed', false],
      ['tester', 2, id, 'renamed', false],
    ],
  );
  assert.ok(visits[1]!.firstVisitedAt < visits[1]!.lastVisitedAt);
  assert.deepEqual(listVisits(place.context, { filter: 'mary', snapshot: 'renamed' }).total, 1);
});

test('at most 60 visits of a snapshot by one visitor are counted in a minute', async () => {
  let now = start;
  using place = placeWith({ a: 'x' }, { now: () => new Date(now) });
  const snapshot = await place.snapshot();
  const visit = () => recordVisit(place.context, snapshot);
  for (let count = 0; count < 60; count++) assert.equal(await visit(), true);
  now += 59_999;
  assert.equal(await visit(), false);
  assert.equal(await recordVisit(place.open({ user: 'mary' }), snapshot), true);
  now += 1;
  assert.equal(await visit(), true);
  now -= 3_600_000;
  assert.equal(await visit(), true, 'a clock that was set back stops nobody');
  const own = listVisits(place.context, {}).visits.find(({ visitor }) => visitor === 'tester');
  assert.equal(own?.visits, 62);
});

test('eight processes at once: no visit is lost', async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  const script = `
    import { testContext } from ${JSON.stringify(path.resolve('test/fixtures/ports.ts'))};
    import { recordVisit } from ${JSON.stringify(path.join(import.meta.dirname, 'record-visit.ts'))};
    const context = testContext(${JSON.stringify(`${place.path}/app`)});
    for (let visit = 0; visit < 7; visit++) await recordVisit(context, { id: ${JSON.stringify(id)}, title: '' });`;
  const children = Array.from({ length: 8 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
  );
  const ends = await Promise.all(children.map(child => once(child, 'exit')));
  assert.deepEqual(new Set(ends.map(([status]) => status)), new Set([0]));
  assert.deepEqual(
    listVisits(place.context, {}).visits.map(({ visits }) => visits),
    [56],
  );
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/locks`), []);
});

test('a deleted snapshot stays in the log, with the time it went, until it comes back', async () => {
  using place = placeWith({ a: 'x' });
  const snapshot = await place.snapshot();
  const { id } = snapshot;
  const file = `${place.path}/file`;
  await exportSnapshot(place.context, id, { file }, {});
  const only = () => listVisits(place.context, { snapshot: id.slice(0, 6) }).visits[0]!;
  const before = new Date().toISOString();

  // Killed between taking it out of the list and telling the log: the trash knows.
  const trash = `${place.root}/.holdfast/trash/${id}.json`;
  const manifest = `${place.root}/.holdfast/snapshots/${id}.json`;
  fs.utimesSync(manifest, new Date(), new Date());
  fs.renameSync(manifest, trash);
  assert.equal(only().snapshotDeleted, true);
  const at = only().snapshotDeletedAt!;
  assert.ok(at >= before && at <= new Date().toISOString());
  await settleVisits(place.context);
  fs.rmSync(trash);
  assert.deepEqual([only().snapshotDeleted, only().snapshotDeletedAt], [true, at], 'the trash was emptied');

  await importSnapshot(place.context, { file }, {});
  assert.deepEqual([only().snapshotDeleted, only().snapshotDeletedAt], [false, null]);
  await recordVisit(place.context, snapshot);
  await deleteSnapshots(place.context, [id]);
  fs.rmSync(trash);
  assert.ok(only().snapshotDeletedAt! > at);
  assert.throws(() => listVisits(place.context, { snapshot: 'nothing' }), code('NOT_FOUND'));
});

test('an entry that cannot be read is listed as broken, and what was opened does not fail by it', async () => {
  using place = placeWith({ a: 'x' });
  const snapshot = await place.snapshot();
  assert.equal(await recordVisit(place.context, snapshot), true);
  const [name] = fs.readdirSync(`${place.root}/.holdfast/visits`);
  flipBit(`${place.root}/.holdfast/visits/${name}`, 100);
  assert.equal(await recordVisit(place.context, snapshot), false);
  assert.equal(listVisits(place.context, {}).broken.length, 1);
  const { damaged } = await verifyVault(place.context, { readData: false }, {});
  assert.deepEqual(
    damaged.map(({ object }) => object),
    [`visits/${name}`],
  );
});
