import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { deleting } from '../vault/deleting.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { discardSnapshot, findSnapshot, syncSnapshots } from './manifest.ts';
import { settleVisits } from './visits/settle.ts';

/**
 * Takes snapshots out of the list, all of them or none. Until a prune finds them deleted for a day, `undelete` brings them
 * back.
 *
 * @throws NOT_FOUND, AMBIGUOUS, CONFLICT for a pinned one, LOCKED
 */
export async function deleteSnapshots(context: Context, references: readonly string[]): Promise<{ deleted: string[] }> {
  requireRoot(context);
  ensureVault(context);
  return deleting(context, async lock => {
    const snapshots = references.map(reference => findSnapshot(context, reference));
    const pinned = snapshots.find(snapshot => snapshot.pinned);
    if (pinned) {
      throw new HoldfastError('CONFLICT', `Snapshot ${pinned.id} is pinned.`, {
        hint: `Unpin it first: holdfast snapshot unpin ${pinned.id}`,
      });
    }
    const deleted = [...new Set(snapshots.map(snapshot => snapshot.id))];
    for (const id of deleted) {
      lock.check();
      discardSnapshot(context, id);
      appendLog(context, { action: 'snapshot.delete', target: id, details: {} });
    }
    syncSnapshots(context);
    try {
      await settleVisits(context, deleted);
    } catch {
      // They are deleted; until somebody settles it, the access log asks the trash when.
    }
    return { deleted };
  });
}
