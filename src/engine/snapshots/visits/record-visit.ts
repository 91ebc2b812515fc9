import type { Snapshot } from '../../../protocol/snapshots.ts';
import type { Context } from '../../context.ts';
import { ensureVault } from '../../vault/vault-record.ts';
import { changeVisit, visitName } from './records.ts';

/** More visits of a snapshot by one visitor in a minute are no visits but a program that goes round. */
const mostInAMinute = 60;
const minute = 60_000;

/**
 * Counts one visit of a snapshot by whoever acts (`ports.user`). Taking a snapshot is none.
 *
 * Never throws: what was opened was opened, and must not fail because nobody could count it.
 *
 * @returns whether it was counted
 */
export async function recordVisit(context: Context, snapshot: Pick<Snapshot, 'id' | 'title'>): Promise<boolean> {
  const { user: visitor } = context.ports;
  let counted = false;
  try {
    ensureVault(context);
    await changeVisit(context, visitName(snapshot.id, visitor), before => {
      const now = context.ports.now();
      const at = now.toISOString();
      const elapsed = before ? now.getTime() - Date.parse(before.minute.since) : Number.NaN;
      const current = before && elapsed >= 0 && elapsed < minute ? before.minute : { since: at, visits: 0 };
      if (current.visits >= mostInAMinute) return undefined;
      counted = true;
      return {
        snapshotId: snapshot.id,
        visitor,
        visits: (before?.visits ?? 0) + 1,
        firstVisitedAt: before?.firstVisitedAt ?? at,
        lastVisitedAt: at,
        title: snapshot.title,
        snapshotDeletedAt: null,
        minute: { since: current.since, visits: current.visits + 1 },
      };
    });
    return counted;
  } catch {
    return false;
  }
}
