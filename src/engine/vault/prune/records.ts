import path from 'node:path';
import { type Context, vaultPath } from '../../context.ts';
import { syncDirectory } from '../../durable.ts';
import { HoldfastError } from '../../errors.ts';
import type { Lock } from '../../lock.ts';
import { discardSnapshot, eachTrashed, findSnapshot, removeForGood, syncSnapshots } from '../../snapshots/manifest.ts';
import type { Plan, Policy } from './plan.ts';

/**
 * Carries out what a plan says about records, and makes it durable: no data goes before the record that refers to it. What
 * frees room comes first.
 *
 * @returns the bytes freed, and the snapshots that are not deleted after all: they were pinned since
 * @throws LOCKED
 */
export function removeRecords(
  context: Context,
  plan: Plan,
  { grace }: Pick<Policy, 'grace'>,
  lock: Lock,
): { bytes: number; pinned: Set<string> } {
  const { ports } = context;
  let bytes = 0;
  for (const trashed of plan.trash.expired) {
    lock.check();
    removeForGood(context, trashed);
    bytes += trashed.bytes;
  }
  for (const version of plan.versions.removed) {
    lock.check();
    bytes += ports.fs.statSync(version.path).size;
    ports.fs.rmSync(version.path, { force: true });
  }
  for (const directory of new Set(plan.versions.removed.map(one => path.dirname(one.path)))) {
    syncDirectory(ports, directory);
  }
  const pinned = new Set<string>();
  for (const { id } of plan.forget) {
    lock.check();
    if (isPinned(context, id)) pinned.add(id);
    else discardSnapshot(context, id);
  }
  if (grace === 0) {
    const forgotten = new Set(plan.forget.map(({ id }) => id));
    for (const trashed of eachTrashed(context)) {
      if (!forgotten.has(trashed.snapshot.id)) continue;
      lock.check();
      removeForGood(context, trashed);
      bytes += trashed.bytes;
    }
  }
  if (ports.fs.existsSync(vaultPath(context, 'trash'))) syncSnapshots(context);
  return { bytes, pinned };
}

/** As it is now, and not as it was when the plan was made. */
function isPinned(context: Context, id: string): boolean {
  try {
    return findSnapshot(context, id).pinned;
  } catch (error) {
    if (HoldfastError.is(error, 'NOT_FOUND')) return true;
    throw error;
  }
}
