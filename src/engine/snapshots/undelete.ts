import type { Snapshot } from '../../protocol/snapshots.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { adopt } from '../vault/adopt.ts';
import { deleting } from '../vault/deleting.ts';
import { storing } from '../vault/storing.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { eachTrashed, findSnapshot, hasSnapshot, restoreDiscarded, syncSnapshots } from './manifest.ts';

/**
 * Puts a deleted snapshot back into the list. What of it lies in packs that prune is about to delete is stored anew.
 *
 * @throws NOT_FOUND when no such snapshot was deleted, or it is gone for good; CONFLICT when one with this id is in the list
 * (it was imported again since); AMBIGUOUS, CORRUPT, LOCKED
 */
export async function undeleteSnapshot(context: Context, reference: string, work: Work): Promise<Snapshot> {
  requireRoot(context);
  ensureVault(context);
  const { snapshot } = findTrashed(context, reference);
  const pace = new Pace(work);
  return deleting(context, async lock => {
    await storing(context, async store => {
      await adopt(store, snapshot.tree, pace);
      await store.flush();
      lock.check();
      store.checkPacks();
      restoreDiscarded(context, snapshot.id);
    });
    syncSnapshots(context);
    appendLog(context, { action: 'snapshot.undelete', target: snapshot.id });
    return findSnapshot(context, snapshot.id);
  });
}

function findTrashed(context: Context, reference: string) {
  const trash = Array.from(eachTrashed(context), ({ snapshot }) => ({ ...snapshot, snapshot }));
  try {
    return resolveReference('snapshot', reference, trash);
  } catch (error) {
    if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
    const there = /^[a-z2-7]{20}$/.test(reference) && hasSnapshot(context, reference);
    throw new HoldfastError('NOT_FOUND', `There is no deleted snapshot "${reference}".`, {
      hint: there ? 'It is not deleted.' : 'See what was deleted with: holdfast log --filter snapshot.delete',
    });
  }
}
