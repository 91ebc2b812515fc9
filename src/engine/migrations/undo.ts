import type { UndoResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import { setDirectory } from '../placement/directories.ts';
import { place } from '../placement/place.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import { type Wanted, wantedFrom } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { fillFromStore } from '../snapshots/fill-from-store.ts';
import { takeSafetySnapshot } from '../snapshots/safety.ts';
import { showSnapshot } from '../snapshots/show.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { isPlaced, linkDigest } from './is-placed.ts';
import { returnSources } from './old-places.ts';
import { findMigration, migrationLock, type StoredMigration, writeMigration } from './records.ts';

/**
 * Takes a migration back: what it put into the root goes, what it replaced returns, and directories get their times
 * again. A safety snapshot is taken before. Run again after a crash it does what is left.
 *
 * @throws CONFLICT when a placed file was edited since, naming each; LOCKED, CANCELLED; then nothing was changed
 */
export async function undoMigration(context: Context, reference: string, work: Work): Promise<UndoResult> {
  requireRoot(context);
  ensureVault(context);
  return withLock(context.ports, migrationLock(context), () => undo(context, reference, work));
}

async function undo(context: Context, reference: string, work: Work): Promise<UndoResult> {
  await settleRoot(context);
  const pace = new Pace(work);
  const migration = await findMigration(context, reference, pace);
  if (migration.status === 'undone') {
    throw new HoldfastError('CONFLICT', `Migration ${migration.id} has been undone already.`, {
      hint: 'There is nothing to take back.',
    });
  }
  if (
    migration.status === 'completed' &&
    migration.safetySnapshot === null &&
    migration.placed.some(one => one.replaced)
  ) {
    throw new HoldfastError('CONFLICT', 'What this migration replaced was not saved, so it cannot be put back.', {
      hint: 'The setting holdfast.snapshotBeforeMigrate was off. Look for the files in an earlier snapshot or backup.',
    });
  }
  const store = new ObjectStore(context);
  try {
    const replaced = replacedFiles(context, store, migration);
    await refuseLaterEdits(context, migration, replaced, pace);
    if (migration.oldDirectories.length > 0) await returnSources(context, migration, pace);
    let safetySnapshot: string | null = null;
    await place(
      context,
      {
        base: context.root,
        wanted: replaced.wanted,
        whole: true,
        options: { overwrite: 'always', deletes: pathsToRemove(migration) },
        fill: (stager, files) => fillFromStore(context, store, stager, files, work),
        beforeOverwrite: async paths => {
          const title = `Before undoing migration ${migration.id}`;
          const danger = { reason: 'before-undo', title, paths, base: context.root } as const;
          safetySnapshot = await takeSafetySnapshot(context, danger, work);
        },
      },
      work,
    );
    return finish(context, migration, replaced, safetySnapshot);
  } finally {
    await store.close();
  }
}

/** The files are back by now, so nothing here may fail: what is left undone, undoing once more does. */
function finish(
  context: Context,
  migration: StoredMigration,
  { wanted }: Replaced,
  safetySnapshot: string | null,
): UndoResult {
  try {
    for (const { path, mode, mtime } of migration.touchedDirectories.toReversed()) {
      if (lstatOf(context.ports, context.root, path)?.isDirectory()) {
        setDirectory(context.ports, context.root, path, mode, mtime);
      }
    }
    writeMigration(context, { ...migration, status: 'undone' });
  } catch {
    // It still counts as completed, and can be undone again.
  }
  const removed = migration.placed.filter(one => !one.replaced).length;
  const restored = wanted.filter(one => one.type !== 'dir').length;
  appendLog(context, { action: 'migrate.undo', target: migration.id, details: { removed, restored, safetySnapshot } });
  return { migrationId: migration.id, status: 'undone', removed, restored, safetySnapshot };
}

/** What the root had where the migration put something. */
interface Replaced {
  wanted: Wanted[];
}

async function refuseLaterEdits(
  context: Context,
  migration: StoredMigration,
  { wanted }: Replaced,
  pace: Pace,
): Promise<void> {
  const earlier = new Map(wanted.map(one => [one.path, one]));
  const edited: string[] = [];
  for (const one of migration.placed) {
    if (pace.due()) await pace.breathe();
    if (!lstatOf(context.ports, context.root, one.path) || (await isPlaced(context, one, pace))) continue;
    // After a crash in an undo, or by hand, it may be what it was before already.
    const before = earlier.get(one.path);
    const sha256 = before?.type === 'link' ? linkDigest(before.target ?? '') : before?.sha256;
    const isBack = before && before.type !== 'dir' && sha256 !== undefined;
    if (isBack && (await isPlaced(context, { path: one.path, type: before.type, sha256 } as typeof one, pace)))
      continue;
    // Nothing was put there yet when the migration was killed.
    if (migration.status === 'applying' && one.replaced && migration.safetySnapshot === null) continue;
    edited.push(one.path);
  }
  if (edited.length === 0) return;
  throw new HoldfastError(
    'CONFLICT',
    `${edited.length} of the migrated files were edited since; undoing would lose that.`,
    {
      path: edited[0],
      hint: 'Save the edits elsewhere (or restore single files from a snapshot), then undo again. Nothing was changed.',
      details: { edited },
    },
  );
}

function replacedFiles(context: Context, store: ObjectStore, migration: StoredMigration): Replaced {
  const paths = migration.placed.filter(one => one.replaced).map(one => one.path);
  const replaced: Replaced = { wanted: [] };
  if (paths.length === 0 || migration.safetySnapshot === null) return replaced;
  const { tree } = showSnapshot(context, migration.safetySnapshot);
  for (const { path, entry, implied } of walkTree(store, tree, paths)) {
    replaced.wanted.push(implied ? { ...wantedFrom(path, entry), implied } : wantedFrom(path, entry));
  }
  return replaced;
}

/** Files first, then the directories made for them, deepest first; those that hold something else stay. */
function pathsToRemove(migration: StoredMigration): string[] {
  const files = migration.placed.filter(one => !one.replaced).map(one => one.path);
  return [...files, ...migration.madeDirectories.toSorted((one, other) => other.length - one.length)];
}
