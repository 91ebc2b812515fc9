import type { RestoreResult } from '../../protocol/common.ts';
import { RestoreSnapshot, type Snapshot } from '../../protocol/snapshots.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { destinationOf, refuseAroundRoot, refuseIntoRoot } from '../placement/destination.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import { restoreInto } from '../placement/restore-into.ts';
import { type Wanted, wantedFrom } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { coveredBy, findExtra } from './extra.ts';
import { expectFiles, fillFromStore } from './fill-from-store.ts';
import { forReading } from './for-reading.ts';
import { findSnapshot } from './manifest.ts';
import { isSafetySnapshot } from './order.ts';
import { recordVisit } from './visits/record-visit.ts';
import { walkTree } from './walk-tree.ts';

/**
 * Puts a snapshot, or some paths of it, back into the root or into another directory. Only paths of the plan are
 * touched; files that the snapshot does not have are removed only with `deleteExtra`, and not
 * where it says itself that it could not look.
 *
 * @throws USAGE (the root, read-only), CONFLICT (a destination in a vault, or around the root with `deleteExtra`), NOT_FOUND (no such snapshot or path), CORRUPT (its directories cannot be read), LOCKED, DISK_FULL, CANCELLED
 */
export async function restoreSnapshot(
  context: Context,
  reference: string,
  input: RestoreSnapshot,
  work: Work,
): Promise<RestoreResult> {
  const { paths, to, overwrite, deleteExtra, dryRun, readOnly } = RestoreSnapshot.parse(input);
  const snapshot = findSnapshot(context, reference);
  const base = destinationOf(context, to);
  if (readOnly && base === context.root) throw readOnlyRoot();
  if (snapshot.scope.legacy) refuseIntoRoot(context, base, `snapshot restore ${snapshot.id}`);
  if (base === context.root) await settleRoot(context);
  const chosen = paths.map(one => checkedPath(one, context.ports.platform));
  if (!dryRun && chosen.length === 0) expectFiles(context, snapshot.files);
  const covered = coveredBy(context, snapshot, chosen);
  if (deleteExtra) refuseAroundRoot(context, base, covered.mayHold);
  const store = new ObjectStore(context);
  try {
    const all: Wanted[] = [];
    const pace = new Pace(work);
    for (const { path: at, entry, implied } of walkTree(store, snapshot.tree, chosen)) {
      if (pace.due()) await pace.breathe();
      all.push(implied ? { ...wantedFrom(at, entry), implied } : wantedFrom(at, entry));
    }
    const held = new Set(all.map(({ path: at }) => at));
    // That nothing was there is something to go back to as well: so a restore of what was missing is undone.
    const isExtra = (one: string) =>
      deleteExtra && covered.takes(one) && lstatOf(context.ports, base, one) !== undefined;
    const missing = chosen.find(one => one !== '' && !held.has(one) && !isExtra(one));
    if (missing !== undefined) {
      throw new HoldfastError('NOT_FOUND', `Snapshot ${snapshot.id} has nothing at this path.`, {
        path: missing,
        hint: `See what it holds with: holdfast snapshot files ${snapshot.id}`,
      });
    }
    const reading = readOnly ? await forReading(context, store, snapshot, all, work) : undefined;
    const wanted = reading?.wanted ?? all;
    const extra = deleteExtra ? findExtra(context, base, covered, snapshot, wanted) : undefined;
    const result = await restoreInto(
      context,
      {
        base,
        wanted,
        deletes: extra?.paths ?? [],
        leftAlone: extra?.leftAlone ?? [],
        overwrite,
        dryRun,
        omitted: reading?.omitted ?? [],
        origin: originOf(snapshot),
        fill: (stager, files) => fillFromStore(context, store, stager, files, work),
      },
      work,
    );
    if (!dryRun) {
      logRestore(context, snapshot, result);
      await recordVisit(context, snapshot);
    }
    return result;
  } finally {
    await store.close();
  }
}

/** A safety snapshot by its id: the title of the next one would hold that of this one, and so on. */
function originOf(snapshot: Snapshot): string {
  if (isSafetySnapshot(snapshot)) return `safety snapshot ${snapshot.id}`;
  return `snapshot ${snapshot.title || snapshot.id}`;
}

function readOnlyRoot(): HoldfastError {
  return new HoldfastError('USAGE', 'The root is where programs write: it is never restored read-only.', {
    hint: 'Name another directory with --to.',
  });
}

function logRestore(
  context: Context,
  { id }: Snapshot,
  { restored, deleted, failed, to, safetySnapshot }: RestoreResult,
): void {
  appendLog(context, {
    action: 'snapshot.restore',
    target: id,
    details: { restored, deleted: deleted.length, failed: failed.length, to, safetySnapshot },
  });
}
