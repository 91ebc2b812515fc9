import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { testPorts } from '../../../test/fixtures/ports.ts';
import { makeTree } from '../../../test/fixtures/tree.ts';
import { pruneVault } from '../vault/prune/prune.ts';
import { verifyVault } from '../vault/verify.ts';
import { createSnapshot } from './create.ts';
import { fileHistory } from './file-history.ts';
import { listSnapshots } from './list.ts';
import { findSnapshot } from './manifest.ts';
import { inOrder } from './order.ts';

const hour = 3_600_000;
const year = 365 * 24 * hour;

test('clocks that jump, and two hosts hours apart: the order is that in which the snapshots were taken', async () => {
  using place = placeWith({ 'a.txt': '0' });
  const { host } = testPorts();
  const taken: string[] = [];
  // Ten years ahead, set back, a day behind, an hour of summer time given back, two machines six hours apart.
  const clocks = [0, 10 * year, 1, -24 * hour, -hour, 6 * hour, 2, 6 * hour + 3, 4];
  for (const [number, ahead] of clocks.entries()) {
    makeTree(place.root, { 'a.txt': `${number}` });
    const context = place.open({
      now: () => new Date(Date.now() + ahead),
      host: { ...host, name: ahead > hour ? 'another' : host.name },
    });
    const { id, parent } = await createSnapshot(context, {}, {});
    assert.equal(parent, taken.at(-1) ?? null);
    taken.push(id);
    assert.equal(findSnapshot(place.context, 'latest').id, id);
  }
  const { snapshots } = listSnapshots(place.context, {});
  assert.deepEqual(snapshots.map(({ id }) => id).reverse(), taken);
  const pages = [listSnapshots(place.context, { limit: 4 })];
  for (let { nextCursor } = pages[0]!; nextCursor; { nextCursor } = pages.at(-1)!)
    pages.push(listSnapshots(place.context, { limit: 4, cursor: nextCursor }));
  assert.deepEqual(pages.flatMap(page => page.snapshots.map(({ id }) => id)).reverse(), taken);
  const { versions } = await fileHistory(place.context, 'a.txt', {});
  assert.deepEqual(versions.map(({ snapshot }) => snapshot).reverse(), taken);

  const pruned = await pruneVault(place.context, { keepLast: 2, keepWithin: '30d', grace: '0' }, {});
  assert.deepEqual(
    pruned.snapshots.filter(({ keep }) => !keep),
    [],
    'nothing is deleted for a jump of the clock',
  );
  const future = pruned.snapshots.filter(({ reasons }) => reasons.includes('its time lies in the future'));
  assert.deepEqual(future.map(({ id }) => id).sort(), [taken[1], taken[5], taken[7]].sort());
  assert.deepEqual((await verifyVault(place.context, { readData: true }, {})).damaged, []);
});

test('the order of any records is one: parents that are gone, that are each other’s, or that thousands come after', () => {
  const one = (id: string, parent: string | null, createdAt: string) => ({ id, parent, createdAt });
  const ids = (snapshots: ReturnType<typeof one>[]) => inOrder(snapshots).map(({ id }) => id);
  assert.deepEqual(ids([one('b', 'gone', '2026'), one('a', null, '2025')]), ['a', 'b']);
  assert.deepEqual(ids([one('a', 'b', '2025'), one('b', 'a', '2026')]).sort(), ['a', 'b']);
  assert.deepEqual(ids([one('a', 'a', '2025')]), ['a']);
  const line = Array.from({ length: 20_000 }, (_, number) => one(`${number}`, number ? `${number - 1}` : null, '2026'));
  assert.deepEqual(ids(line.toReversed()), ids(line));
  assert.deepEqual(ids(line).slice(0, 3), ['0', '1', '2']);
});
