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
  const store = new ObjectStore(context);
  try {
    const undoing = await prepare(context, store, reference, new Pace(work));
    let safetySnapshot: string | null = null;
    await place(
      context,
      {
        base: context.root,
        wanted: undoing.wanted,
        whole: true,
        options: { overwrite: 'always', deletes: [...undoing.files, ...undoing.directories] },
        fill: (stager, files) => fillFromStore(context, store, stager, files, work),
        beforeOverwrite: async paths => {
          const title = `Before undoing migration ${undoing.id}`;
          const danger = { reason: 'before-undo', title, paths, base: context.root } as const;
          safetySnapshot = await takeSafetySnapshot(context, danger, work);
        },
      },
      work,
    );
    return await finish(context, undoing, safetySnapshot);
  } finally {
    await store.close();
  }
}

/** What of a migration is needed while it is taken back; a hundred thousand files take as much again with all that it says. */
interface Undoing extends Pick<StoredMigration, 'id' | 'touchedDirectories'> {
  /** What the root had where the migration put something. */
  wanted: Wanted[];
  /** To be removed, before the directories. */
  files: string[];
  /** Made for them, deepest first; those that hold something else stay. */
  directories: string[];
}

async function prepare(context: Context, store: ObjectStore, reference: string, pace: Pace): Promise<Undoing> {
  const migration = await findMigration(context, reference, pace);
  const { id, status, placed, touchedDirectories } = migration;
  if (status === 'undone') {
    throw new HoldfastError('CONFLICT', `Migration ${id} has been undone already.`, {
      hint: 'There is nothing to take back.',
    });
  }
  if (status === 'completed' && migration.safetySnapshot === null && placed.some(one => one.replaced)) {
    throw new HoldfastError('CONFLICT', 'What this migration replaced was not saved, so it cannot be put back.', {
      hint: 'The setting holdfast.snapshotBeforeMigrate was off. Look for the files in an earlier snapshot or backup.',
    });
  }
  const wanted = replacedFiles(context, store, migration);
  await refuseLaterEdits(context, migration, wanted, pace);
  if (migration.oldDirectories.length > 0) await returnSources(context, migration, pace);
  const files = placed.filter(one => !one.replaced).map(one => one.path);
  const directories = migration.madeDirectories.toSorted((one, other) => other.length - one.length);
  return { id, touchedDirectories, wanted, files, directories };
}

/** The files are back by now, so nothing here may fail: what is left undone, undoing once more does. */
async function finish(
  context: Context,
  { id, touchedDirectories, wanted, files }: Undoing,
  safetySnapshot: string | null,
): Promise<UndoResult> {
  try {
    for (const { path, mode, mtime } of touchedDirectories.toReversed()) {
      if (lstatOf(context.ports, context.root, path)?.isDirectory()) {
        setDirectory(context.ports, context.root, path, mode, mtime);
      }
    }
    writeMigration(context, { ...(await findMigration(context, id, new Pace({}))), status: 'undone' });
  } catch {
    // It still counts as completed, and can be undone again.
  }
  const removed = files.length;
  const restored = wanted.filter(one => one.type !== 'dir').length;
  appendLog(context, { action: 'migrate.undo', target: id, details: { removed, restored, safetySnapshot } });
  return { migrationId: id, status: 'undone', removed, restored, safetySnapshot };
}

async function refuseLaterEdits(
  context: Context,
  migration: StoredMigration,
  wanted: readonly Wanted[],
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

function replacedFiles(context: Context, store: ObjectStore, migration: StoredMigration): Wanted[] {
  const paths = migration.placed.filter(one => one.replaced).map(one => one.path);
  if (paths.length === 0 || migration.safetySnapshot === null) return [];
  const { tree } = showSnapshot(context, migration.safetySnapshot);
  return Array.from(walkTree(store, tree, paths), ({ path, entry, implied }) =>
    implied ? { ...wantedFrom(path, entry), implied } : wantedFrom(path, entry),
  );
}
