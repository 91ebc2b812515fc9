import type { CleanupResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { takeSnapshot } from '../snapshots/create.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { settleLinked } from './linked-directories.ts';
import { rememberOldPlaces, removeSources } from './old-places.ts';
import { findMigration, migrationLock } from './records.ts';

/**
 * Removes what was migrated from its old places, after comparing each file with its copy in the root once more. A
 * snapshot of the root is taken before; undoing the migration still puts the files back.
 *
 * @throws NOT_FOUND, CONFLICT for a migration that is not completed, LOCKED, CANCELLED
 */
export async function cleanupMigration(context: Context, reference: string, work: Work): Promise<CleanupResult> {
  requireRoot(context);
  ensureVault(context);
  return withLock(context.ports, migrationLock(context), async () => {
    await settleRoot(context);
    const pace = new Pace(work);
    const migration = await findMigration(context, reference, pace);
    if (migration.status !== 'completed') {
      throw new HoldfastError('CONFLICT', `Migration ${migration.id} is ${migration.status}, not completed.`, {
        hint: 'Only what a completed migration brought into the root is removed from its old place.',
      });
    }
    const labels = {
      title: `Before cleaning up migration ${migration.id}`,
      description: '',
      tags: ['safety'],
      pinned: false,
    };
    const snapshot = await takeSnapshot(
      context,
      { reason: 'before-cleanup', scope: { paths: [], areas: [] }, labels },
      work,
    );
    rememberOldPlaces(context, migration);
    const aside = await settleLinked(context, migration, pace);
    const { files: removed, left } = await removeSources(context, migration.placed, pace);
    const omitted = [...aside, ...left];
    appendLog(context, { action: 'migrate.cleanup', target: migration.id, details: { removed, left: omitted.length } });
    return { migrationId: migration.id, removed, omitted, safetySnapshot: snapshot.id };
  });
}
