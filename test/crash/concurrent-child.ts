import assert from 'node:assert/strict';
import fs from 'node:fs';
import { HoldfastError } from '../../src/engine/errors.ts';
import { openContext } from '../../src/engine/root/open.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { deleteSnapshots } from '../../src/engine/snapshots/delete.ts';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { undeleteSnapshot } from '../../src/engine/snapshots/undelete.ts';
import { pruneVault } from '../../src/engine/vault/prune/prune.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { nodePorts } from '../../src/node-ports.ts';
import { makeTree, readTree } from '../fixtures/tree.ts';
import type { Found } from './history-world.ts';
import { Random, randomTree } from './random.ts';

/**
 * One of several processes that use one vault at once, until the time is over or it is killed:
 *
 *     node test/crash/concurrent-child.ts WORKSPACE NAME SEED SECONDS
 *
 * It works in a directory of its own in the root. Each line that it prints is something that it was told or is about to
 * take back, as JSON: `{"snapshot": id, "tree": …}`, `{"deletes": id}`; and how often it did what, at the end.
 */
const [workspace = '', name = '', seed = '0', seconds = '1'] = process.argv.slice(2);
const context = openContext({ ...nodePorts(), env: {} }, { workspace });
const random = new Random(Number(seed));
const own = `${context.root}/${name}`;
const known = new Map<string, Found>();
const deleted = new Map<string, Found>();
const counts: Record<string, number> = {};
/** Milliseconds: nothing here takes a tenth of that, unless it waits for what does not come. */
const longest = 30_000;

const deeds = {
  async snapshot() {
    edit();
    const tree = readTree(own);
    const { id, skipped } = await createSnapshot(context, { paths: [name] }, {});
    assert.deepEqual(skipped, []);
    known.set(id, tree);
    say({ snapshot: id, tree });
  },
  async restore() {
    if (known.size === 0) return;
    const id = random.pick([...known.keys()]);
    const to = `${workspace}/restored-${process.pid}`;
    fs.rmSync(to, { recursive: true, force: true });
    const { failed } = await restoreSnapshot(context, id, { to }, {});
    assert.deepEqual(failed, []);
    assert.deepEqual(readTree(`${to}/${name}`), known.get(id), `snapshot ${id} comes back as it was`);
  },
  async delete() {
    if (known.size === 0) return;
    const id = random.pick([...known.keys()]);
    const tree = known.get(id)!;
    known.delete(id);
    say({ deletes: id });
    await deleteSnapshots(context, [id]);
    deleted.set(id, tree);
  },
  async undelete() {
    const [[id, tree] = []] = deleted;
    if (id === undefined || !tree) return;
    deleted.delete(id);
    try {
      await undeleteSnapshot(context, id, {});
    } catch (error) {
      // Somebody pruned without a grace period.
      if (HoldfastError.is(error, 'NOT_FOUND')) return;
      throw error;
    }
    known.set(id, tree);
    say({ snapshot: id, tree });
  },
  async prune() {
    await pruneVault(context, { grace: random.pick(['0', '24h']) }, {});
  },
  async verify() {
    const { damaged } = await verifyVault(context, { readData: random.below(2) === 0 }, {});
    assert.deepEqual(damaged, [], 'nothing is damaged');
  },
};
const often: (keyof typeof deeds)[] = [
  ...(['snapshot', 'snapshot', 'snapshot', 'restore', 'restore', 'delete'] as const),
  ...(['delete', 'undelete', 'prune', 'prune', 'verify', 'verify'] as const),
];

/** Some of what other processes have too, so that objects are shared; and some that nobody has. */
function edit(): void {
  fs.rmSync(own, { recursive: true, force: true });
  makeTree(own, { ...randomTree(random, 4), own: `${name} ${random.below(1000)}` }, { mtime: 1_600_000_000_123 });
}

function say(line: unknown): void {
  fs.writeSync(1, `${JSON.stringify(line)}\n`);
}

const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) {
  const deed = random.pick(often);
  const began = performance.now();
  let told = deed as string;
  try {
    await deeds[deed]();
  } catch (error) {
    // Only one at a time deletes.
    const isBusy = HoldfastError.is(error, 'LOCKED') && ['delete', 'undelete', 'prune'].includes(deed);
    if (!isBusy) throw new Error(`${name}: ${deed}`, { cause: error });
    told = `${deed}, but somebody else deletes`;
  }
  counts[told] = (counts[told] ?? 0) + 1;
  const took = performance.now() - began;
  assert.ok(took < longest, `${deed} took ${took} ms`);
}
say({ counts });
