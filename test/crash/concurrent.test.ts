import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import type { Context } from '../../src/engine/context.ts';
import { withLock } from '../../src/engine/lock.ts';
import type { Host } from '../../src/engine/ports.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { deletingLock } from '../../src/engine/vault/deleting.ts';
import { pruneVault } from '../../src/engine/vault/prune/prune.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { code } from '../fixtures/engine.ts';
import { testContext } from '../fixtures/ports.ts';
import { makeTree } from '../fixtures/tree.ts';
import { concurrentRound, processes } from './concurrent-round.ts';
import { crashDirectory } from './place.ts';

/** More: `npm run test:crash -- concurrent`. */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);
const seconds = Number(process.env.HOLDFAST_TEST_SECONDS ?? 8);

describe('one vault', { skip: process.platform === 'win32' }, () => {
  test(`${processes} processes that use it at once for ${seconds} s, seed ${seed}, lose nothing`, async () => {
    using place = crashDirectory();
    const { counts, snapshots } = await concurrentRound(place.path, seed, seconds);
    assert.ok(snapshots > 0);
    for (const deed of ['snapshot', 'restore', 'delete', 'prune', 'verify']) assert.ok(counts[deed]! > 0, deed);
  });

  test('a lock left in it by a dead process, whose number is that of another one now, keeps nobody from it', async () => {
    using place = crashDirectory();
    const context = await withLockOf(place.path, { pid: process.ppid, processStart: () => 'long ago' });
    await pruneVault(context, { grace: '0' }, {});
    assert.equal(fs.existsSync(deletingLock(context)), false);
  });

  test('a lock left in it by a process of another machine keeps others from deleting, and from nothing else', async () => {
    using place = crashDirectory();
    const context = await withLockOf(place.path, { name: 'elsewhere' });
    await assert.rejects(pruneVault(context, { grace: '0' }, {}), code('LOCKED'));
    await createSnapshot(context, {}, {});
    assert.deepEqual((await verifyVault(context, { readData: true }, {})).damaged, []);
  });
});

/** A vault with a snapshot, and the lock of whoever deletes from it. */
async function withLockOf(workspace: string, holder: Partial<Host>): Promise<Context> {
  makeTree(`${workspace}/data/workspace`, { a: 'text' });
  const context = testContext(workspace);
  await createSnapshot(context, {}, {});
  const { bootId, name, pid, processStart } = context.ports.host;
  const host = { bootId, name, pid, processStart, ...holder };
  void withLock({ ...context.ports, host }, deletingLock(context), () => new Promise(() => {}));
  return context;
}
