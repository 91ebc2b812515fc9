import type { UndoResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { place } from '../placement/place.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import { setDirectory } from '../placement/swap.ts';
import { type Wanted, wantedFrom } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { takeSnapshot } from '../snapshots/create.ts';
import { fillFromStore } from '../snapshots/restore.ts';
import { showSnapshot } from '../snapshots/show.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { ObjectStore } from '../vault/object-store.ts';
import type { FileEntry } from '../vault/tree.ts';
import { isPlaced } from './apply.ts';
import { findMigration, type StoredMigration, writeMigration } from './records.ts';

/**
 * Takes a migration back: what it put into the root goes, what it replaced returns, and directories get their times
 * again. A safety snapshot is taken before.
 *
 * @throws CONFLICT when a placed file was edited since, naming each; LOCKED, CANCELLED; then nothing was changed
 */
export async function undoMigration(context: Context, reference: string, work: Work): Promise<UndoResult> {
  requireRoot(context);
  await settleRoot(context);
  const migration = findMigration(context, reference);
  if (migration.status === 'undone') {
    throw new HoldfastError('CONFLICT', `Migration ${migration.id} has been undone already.`, {
      hint: 'There is nothing to take back.',
    });
  }
  await refuseLaterEdits(context, migration, work);
  const store = new ObjectStore(context);
  try {
    const replaced = replacedFiles(context, store, migration);
    let safetySnapshot: string | null = null;
    await place(
      context,
      {
        base: context.root,
        wanted: replaced.wanted,
        options: { overwrite: 'always', deletes: pathsToRemove(migration) },
        fill: (stager, files) => fillFromStore(store, replaced.entries, stager, files, work),
        beforeOverwrite: async () => {
          const labels = {
            title: `Before undoing migration ${migration.id}`,
            description: '',
            tags: ['safety'],
            pinned: false,
          };
          const snapshot = await takeSnapshot(
            context,
            { reason: 'before-undo', scope: { paths: [], areas: [] }, labels },
            work,
          );
          safetySnapshot = snapshot.id;
        },
      },
      work,
    );
    for (const { path, mode, mtime } of migration.touchedDirectories.toReversed()) {
      if (lstatOf(context.ports, context.root, path)?.isDirectory())
        setDirectory(context.ports, context.root, path, mode, mtime);
    }
    writeMigration(context, { ...migration, status: 'undone' });
    const removed = migration.placed.filter(one => !one.replaced).length;
    appendLog(context, {
      action: 'migrate.undo',
      target: migration.id,
      details: { removed, restored: replaced.entries.size, safetySnapshot },
    });
    return {
      migrationId: migration.id,
      status: 'undone',
      removed,
      restored: replaced.wanted.filter(one => one.type !== 'dir').length,
      safetySnapshot,
    };
  } finally {
    await store.close();
  }
}

async function refuseLaterEdits(context: Context, migration: StoredMigration, work: Work): Promise<void> {
  const pace = new Pace(work);
  const edited: string[] = [];
  for (const one of migration.placed) {
    if (pace.due()) await pace.breathe();
    if (lstatOf(context.ports, context.root, one.path) && !(await isPlaced(context, one, pace))) edited.push(one.path);
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

function replacedFiles(
  context: Context,
  store: ObjectStore,
  migration: StoredMigration,
): { wanted: Wanted[]; entries: Map<string, FileEntry> } {
  const paths = migration.placed.filter(one => one.replaced).map(one => one.path);
  const wanted: Wanted[] = [];
  const entries = new Map<string, FileEntry>();
  if (paths.length === 0 || migration.safetySnapshot === null) return { wanted, entries };
  for (const { path, entry, implied } of walkTree(store, showSnapshot(context, migration.safetySnapshot).tree, paths)) {
    wanted.push(implied ? { ...wantedFrom(path, entry), implied } : wantedFrom(path, entry));
    if (entry.type === 'file') entries.set(path, entry);
  }
  return { wanted, entries };
}

/** Files first, then the directories made for them, deepest first; those that hold something else stay. */
function pathsToRemove(migration: StoredMigration): string[] {
  const files = migration.placed.filter(one => !one.replaced).map(one => one.path);
  return [...files, ...migration.madeDirectories.toSorted((one, other) => other.length - one.length)];
}
