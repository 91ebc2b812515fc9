import type { FileHistory, FileVersion } from '../../protocol/files.ts';
import type { Snapshot } from '../../protocol/snapshots.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { objectId } from '../vault/object-id.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { decodeTree, type FileEntry, type LinkEntry, type TreeEntry, timeOfNanoseconds } from '../vault/tree.ts';
import { readVaultRecord } from '../vault/vault-record.ts';
import { coverageOf, isOfRoot } from './coverage.ts';
import { manifestPath, readManifests } from './manifest.ts';
import { movedPath } from './moved.ts';
import { inOrder } from './order.ts';

/** A snapshot that can tell what lay at the path, and what it was; `undefined`: nothing, or a directory. */
interface Sighting {
  snapshot: Snapshot;
  entry: FileEntry | LinkEntry | undefined;
}

/**
 * Every state that a file was in over the snapshots of this root, the newest first: one entry for each change of its
 * bytes, also of files that are gone. Of each snapshot only the directories along the path are opened, each once.
 *
 * @throws NOT_FOUND when no snapshot has a file at the path; a directory has no history
 */
export async function fileHistory(context: Context, path: string, work: Work): Promise<FileHistory> {
  requireRoot(context);
  const chosen = checkedPath(path, context.ports.platform);
  const { snapshots, broken } = readManifests(context);
  const rootId = readVaultRecord(context)?.rootId ?? '';
  const pace = new Pace(work);
  const store = new ObjectStore(context);
  try {
    const look = lookup(store, chosen.split('/'));
    const sightings: Sighting[] = [];
    let isDirectory = chosen === '';
    const own = inOrder(snapshots.filter(one => isOfRoot(one, rootId)));
    for (const [done, snapshot] of own.entries()) {
      if (pace.due()) await pace.breathe({ phase: 'Reading', done, total: own.length, unit: 'items' });
      try {
        const entry = look(snapshot.tree);
        if (entry?.type === 'dir') isDirectory = true;
        if (entry && entry.type !== 'dir') sightings.push({ snapshot, entry });
        else if (coverageOf(context, snapshot)(chosen)) sightings.push({ snapshot, entry: undefined });
      } catch (error) {
        if (!HoldfastError.is(error, 'CORRUPT')) throw error;
        broken.push({ id: snapshot.id, path: manifestPath(context, snapshot.id), reason: error.message });
      }
    }
    const versions = versionsOf(context, store, sightings);
    if (versions.length === 0 && broken.length === 0) throw nothingAt(chosen, isDirectory);
    return { path: chosen, versions: versions.reverse(), broken };
  } finally {
    await store.close();
  }
}

function nothingAt(path: string, isDirectory: boolean): HoldfastError {
  return isDirectory
    ? new HoldfastError('NOT_FOUND', 'This path is a directory; only files have a history.', {
        path: path === '' ? '.' : path,
        hint: 'Name a file in it. What changed below a directory: holdfast snapshot diff A B PATH',
      })
    : new HoldfastError('NOT_FOUND', 'No snapshot has a file at this path.', {
        path,
        hint: 'See what a snapshot holds with: holdfast snapshot files latest',
      });
}

/** Finds what lies at a path below a tree; what the same tree gave before is not looked for again. */
function lookup(
  store: ObjectStore,
  parts: readonly string[],
  known: readonly Map<string, TreeEntry | undefined>[] = parts.map(() => new Map()),
): (tree: string) => TreeEntry | undefined {
  const below = (tree: string, depth: number): TreeEntry | undefined => {
    const before = known[depth]!;
    if (before.has(tree)) return before.get(tree);
    const entry = decodeTree(store.get(tree)).find(({ name }) => name === parts[depth]);
    const last = depth === parts.length - 1;
    const found = last ? entry : entry?.type === 'dir' ? below(entry.tree, depth + 1) : undefined;
    before.set(tree, found);
    return found;
  };
  return tree => below(tree, 0);
}

/** Oldest first. */
function versionsOf(context: Context, store: ObjectStore, sightings: readonly Sighting[]): FileVersion[] {
  const versions: FileVersion[] = [];
  for (const [index, { snapshot, entry }] of sightings.entries()) {
    const before = sightings[index - 1];
    const current = versions.at(-1);
    const unchanged = before?.entry && entry && contentOf(before.entry) === contentOf(entry);
    if (unchanged) {
      current!.lastSnapshot = snapshot.id;
      continue;
    }
    if (before?.entry && !entry) {
      current!.deletedIn = snapshot.id;
      const to = otherPath(context, store, before.entry, before.snapshot, snapshot, [before.snapshot, snapshot]);
      if (to !== undefined) current!.renamedTo = to;
    }
    if (!entry) continue;
    const version = versionOf(snapshot, entry);
    if (before && !before.entry) {
      const from = otherPath(context, store, entry, snapshot, before.snapshot, [before.snapshot, snapshot]);
      if (from !== undefined) version.renamedFrom = from;
    }
    versions.push(version);
  }
  return versions;
}

/** Where `there` has the file that only `here` has at the path, if both snapshots cover that place. */
function otherPath(
  context: Context,
  store: ObjectStore,
  entry: FileEntry | LinkEntry,
  here: Snapshot,
  there: Snapshot,
  both: readonly Snapshot[],
): string | undefined {
  if (entry.type !== 'file') return undefined;
  const covers = both.map(snapshot => coverageOf(context, snapshot));
  try {
    return movedPath(store, [here.tree, there.tree], entry, path => covers.every(covered => covered(path)));
  } catch (error) {
    // A directory elsewhere that cannot be read hides at most where the file went.
    if (HoldfastError.is(error, 'CORRUPT')) return undefined;
    throw error;
  }
}

function contentOf(entry: FileEntry | LinkEntry): string {
  return entry.type === 'file' ? entry.sha256 : `→ ${entry.target}`;
}

function versionOf({ id, createdAt }: Snapshot, entry: FileEntry | LinkEntry): FileVersion {
  const common = {
    snapshot: id,
    createdAt,
    lastSnapshot: id,
    mtime: timeOfNanoseconds(entry.mtime).toISOString(),
  };
  if (entry.type === 'file') return { ...common, type: 'file', sha256: entry.sha256, size: entry.size };
  const text = Buffer.from(entry.target);
  return { ...common, type: 'link', sha256: objectId(text), size: text.length, target: entry.target };
}
