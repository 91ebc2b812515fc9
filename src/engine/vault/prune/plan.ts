import type { RetentionPolicy, VersionPolicy } from '../../../protocol/retention.ts';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import type { Context } from '../../context.ts';
import { readMigrationHeads } from '../../migrations/records.ts';
import type { Pace } from '../../pace.ts';
import { eachCertainManifest, eachTrashed, type Trashed } from '../../snapshots/manifest.ts';
import { type Decision, decideRetention } from '../../snapshots/retention.ts';
import { pendingTrees, readVersions, type VersionRecord } from '../roots.ts';
import { unneededVersions } from './versions.ts';

/** What prune would do with the records, before anything is done. */
export interface Plan {
  decisions: Decision[];
  /** Snapshots that are to go to the trash. */
  forget: Snapshot[];
  trash: { expired: Trashed[]; kept: Trashed[] };
  versions: { removed: VersionRecord[]; kept: VersionRecord[] };
  /** Of records that are just being written. */
  pending: string[];
}

export interface Policy {
  snapshots: RetentionPolicy;
  versions: VersionPolicy;
  /** Milliseconds. */
  grace: number;
}

/**
 * Reads every record and decides about each.
 *
 * @throws CORRUPT, NEWER_VERSION naming a record that cannot be read: then nothing may be deleted (design rule 3)
 */
export async function planPrune(context: Context, policy: Policy, pace: Pace): Promise<Plan> {
  const now = context.ports.now();
  // First those that are about to come: they show up among the others before they are gone here. And the trash before and
  // after the snapshots: one that is put back or deleted meanwhile is in one of them.
  const pending = pendingTrees(context);
  const trashBefore = await pace.all(eachTrashed(context));
  const snapshots = await pace.all(eachCertainManifest(context));
  const ids = new Set(snapshots.map(({ id }) => id));
  const trashAfter = await pace.all(eachTrashed(context));
  const trash = new Map([...trashBefore, ...trashAfter].map(one => [one.snapshot.id, one]));
  const deleted = [...trash.values()].filter(({ snapshot }) => !ids.has(snapshot.id));
  const decisions = decideRetention(snapshots, policy.snapshots, now, neededByMigrations(context));
  const isExpired = ({ deletedAt }: Trashed) => now.getTime() - deletedAt >= policy.grace;
  return {
    decisions,
    forget: decisions.filter(({ keep }) => !keep).map(({ snapshot }) => snapshot),
    trash: { expired: deleted.filter(isExpired), kept: deleted.filter(one => !isExpired(one)) },
    versions: unneededVersions(context, readVersions(context), policy.versions, now),
    pending,
  };
}

/** A migration is undone with what its safety snapshot holds. */
function neededByMigrations(context: Context): Map<string, string> {
  return new Map(
    readMigrationHeads(context)
      .filter(({ status, safetySnapshot }) => status !== 'undone' && safetySnapshot !== null)
      .map(({ id, safetySnapshot }) => [safetySnapshot!, `to undo migration ${id}`]),
  );
}
