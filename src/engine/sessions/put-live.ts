import path from 'node:path';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { placementHome } from '../placement/home.ts';
import { place as placeFiles } from '../placement/place.ts';
import { type Wanted, wantedFrom } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { fillFromStore } from '../snapshots/fill-from-store.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { objectId } from '../vault/object-id.ts';
import type { ObjectSink, ObjectStore } from '../vault/object-store.ts';
import { decodeTree, type TreeEntry } from '../vault/tree.ts';
import { whenFree } from '../wait.ts';
import { ContentSink, putTree, readSessionContent, type SessionContent, summaryOf } from './content.ts';
import { type SessionPlace, wordsFile } from './places.ts';

/** What lies at a session's place, and the trees it is made of. */
export interface LiveContent {
  trees: Pick<ObjectSink, 'get'>;
  tree: string;
}

/**
 * Makes a content what lies at the session's place: all of it or nothing. Files whose bytes do not change keep their
 * time and mode; those that do get the time of now, so that whoever has them open notices.
 *
 * @returns the content as it lies there then
 */
export async function putLive(
  context: Context,
  place: SessionPlace,
  content: SessionContent,
  {
    sink,
    store,
    live,
    words,
  }: { sink: ContentSink; store: ObjectStore; live?: LiveContent | undefined; words?: Buffer | undefined },
  work: Work,
): Promise<Pick<SessionContent, 'tree'>> {
  const tree = await adopt(context, sink, content.tree, live);
  await store.flush();
  const at = place.native || content.type === 'dir' ? place.content : path.posix.dirname(place.content);
  const prefix = at === '.' ? '' : `${at}/`;
  const wanted: Wanted[] = parentsOf(context, content.type === 'dir' ? `${place.content}/.` : place.content);
  for (const { path: inside, entry } of walkTree(sink, tree)) {
    wanted.push(wantedFrom(`${prefix}${inside}`, entry));
  }
  const kept = new Set(wanted.map(one => one.path));
  const deletes =
    !live || content.type === 'file'
      ? []
      : [...walkTree(live.trees, live.tree)]
          .map(({ path: inside }) => `${prefix}${inside}`)
          .filter(one => !kept.has(one))
          .reverse();
  const given = new Map<string, Buffer>();
  if (words) {
    const at = `${place.location}/${wordsFile}`;
    given.set(at, words);
    wanted.push(wordsWanted(context, at, words));
  }
  await placeWhole(context, { wanted, deletes, store, given }, work);
  return { tree };
}

/** Takes the session's files away; what they held is in the history. */
export async function removeLive(context: Context, place: SessionPlace, store: ObjectStore, work: Work): Promise<void> {
  const sink = new ContentSink();
  const base = path.posix.dirname(place.location);
  const name = path.posix.basename(place.location);
  const lstat = context.ports.fs.lstatSync(path.join(context.root, place.location), { throwIfNoEntry: false });
  if (!lstat) return;
  const deletes = [place.location];
  if (lstat.isDirectory()) {
    const { tree } = await readSessionContent(context, path.join(context.root, place.location), sink, work);
    for (const { path: inside } of walkTree(sink, tree)) deletes.push(`${base}/${name}/${inside}`);
  }
  await placeWhole(context, { wanted: [], deletes: deletes.reverse(), store, given: new Map() }, work);
}

interface Whole {
  wanted: Wanted[];
  deletes: string[];
  store: ObjectStore;
  /** Files whose bytes are not in the store. */
  given: ReadonlyMap<string, Buffer>;
}

async function placeWhole(context: Context, { wanted, deletes, store, given }: Whole, work: Work): Promise<void> {
  const home = placementHome(context, context.root);
  makeDirectory(context.ports, home.directory);
  await whenFree(context.ports, [home.lock], work, () =>
    placeFiles(
      context,
      {
        base: context.root,
        wanted,
        options: { overwrite: 'always', deletes },
        whole: true,
        fill: async (stager, files) => {
          for (const file of files) {
            const bytes = given.get(file.path);
            if (!bytes) continue;
            const staged = stager.open(file);
            staged.write(bytes);
            staged.close();
          }
          await fillFromStore(
            context,
            store,
            stager,
            files.filter(file => !given.has(file.path)),
            work,
          );
        },
        // What is overwritten is the newest version already.
        beforeOverwrite: async () => {},
      },
      work,
    ),
  );
}

/** The same bytes, with the times and modes that they have where they lie, or will get. */
async function adopt(
  context: Context,
  sink: ContentSink,
  tree: string,
  live: LiveContent | undefined,
): Promise<string> {
  const before = new Map<string, TreeEntry>(
    live ? decodeTree(live.trees.get(live.tree)).map(entry => [entry.name, entry]) : [],
  );
  const now = `${BigInt(context.ports.now().getTime()) * 1_000_000n}`;
  const entries: TreeEntry[] = [];
  for (const entry of decodeTree(sink.get(tree))) {
    const there = before.get(entry.name);
    if (entry.type === 'dir') {
      const inside = there?.type === 'dir' && live ? { trees: live.trees, tree: there.tree } : undefined;
      const { mode, mtime } = there?.type === 'dir' ? there : { mode: entry.mode, mtime: now };
      const { tree: inner, files, bytes } = summaryOf(sink, await adopt(context, sink, entry.tree, inside));
      entries.push({ ...entry, tree: inner, files, bytes, mode, mtime });
    } else if (entry.type === 'file' && there?.type === 'file') {
      const same = there.sha256 === entry.sha256;
      entries.push({ ...entry, mode: there.mode, mtime: same ? there.mtime : now });
    } else entries.push({ ...entry, mtime: now });
  }
  return putTree(sink, entries);
}

/** The directories that lead to a path, made when missing. */
function parentsOf(context: Context, file: string): Wanted[] {
  const parts = file.split('/').slice(0, -1);
  const mtime = `${BigInt(context.ports.now().getTime()) * 1_000_000n}`;
  return parts.map((_, index) => ({
    path: parts.slice(0, index + 1).join('/'),
    type: 'dir' as const,
    mode: 0o755,
    mtime,
    size: 0,
    implied: true,
  }));
}

function wordsWanted(context: Context, at: string, words: Buffer): Wanted {
  const mtime = `${BigInt(context.ports.now().getTime()) * 1_000_000n}`;
  return { path: at, type: 'file', mode: 0o644, mtime, size: words.length, sha256: objectId(words) };
}
