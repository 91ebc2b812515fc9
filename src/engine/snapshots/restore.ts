import path from 'node:path';
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
import { VaultsThere } from '../placement/vaults-there.ts';
import { type Wanted, wantedFrom } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { ObjectStore } from '../vault/object-store.ts';
import type { TreeEntry } from '../vault/tree.ts';
import { expectFiles, fillFromStore } from './fill-from-store.ts';
import { forReading } from './for-reading.ts';
import { findSnapshot } from './manifest.ts';
import { type Selection, selectionOf } from './selection.ts';
import { recordVisit } from './visits/record-visit.ts';
import { walkTree } from './walk-tree.ts';

/**
 * Puts a snapshot, or some paths of it, back into the root or into another directory. Only paths of the plan are
 * touched; files that the snapshot does not have are removed only with `deleteExtra`.
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
    const missing = chosen.find(one => one !== '' && !all.some(({ path: at }) => at === one));
    if (missing !== undefined) {
      throw new HoldfastError('NOT_FOUND', `Snapshot ${snapshot.id} has nothing at this path.`, {
        path: missing,
        hint: `See what it holds with: holdfast snapshot files ${snapshot.id}`,
      });
    }
    const reading = readOnly ? await forReading(context, store, snapshot, all, work) : undefined;
    const wanted = reading?.wanted ?? all;
    const result = await restoreInto(
      context,
      {
        base,
        wanted,
        deletes: deleteExtra ? extraPaths(context, base, covered, wanted) : [],
        overwrite,
        dryRun,
        omitted: reading?.omitted ?? [],
        origin: `snapshot ${snapshot.title || snapshot.id}`,
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

/** What lies below the base, within the snapshot's scope, and is not in the snapshot: deepest first. */
function extraPaths(context: Context, base: string, selection: Selection, wanted: readonly Wanted[]): string[] {
  const { ports } = context;
  const kept = new Map<string, TreeEntry['type']>(wanted.map(({ path: at, type }) => [at, type]));
  const extra: string[] = [];
  const vaults = new VaultsThere(ports, base);
  const visit = (at: string): boolean => {
    let empty = true;
    for (const name of readNames(ports.fs, path.join(base, at))) {
      const inside = at === '' ? name : `${at}/${name}`;
      const stat = lstatOf(ports, base, inside);
      if (!stat) continue;
      if (!selection.mayHold(inside) || selection.excludes(inside) || specialKind(stat) || vaults.holds(inside)) {
        empty = false;
        continue;
      }
      const gone =
        (!stat.isDirectory() || visit(inside)) && selection.takes(inside) && goes(kept.get(inside), stat.isDirectory());
      if (gone) extra.push(inside);
      else empty = false;
    }
    return empty;
  };
  if (lstatOf(ports, base, '')) visit('');
  return extra;
}

/** Only what the snapshot covers and the restore is about can be extra. */
function coveredBy(context: Context, { scope }: Snapshot, chosen: readonly string[]): Selection {
  const one = selectionOf(context, scope);
  const other = selectionOf(context, { paths: [...chosen], areas: [] });
  return {
    isWhole: false,
    takes: at => one.takes(at) && other.takes(at),
    mayHold: at => one.mayHold(at) && other.mayHold(at),
    excludes: at => one.excludes(at),
  };
}

/** A directory in the way of a file goes too; a file in the way of a directory is displaced by it anyway. */
function goes(wanted: TreeEntry['type'] | undefined, isDirectory: boolean): boolean {
  return wanted === undefined || (isDirectory && wanted !== 'dir');
}
