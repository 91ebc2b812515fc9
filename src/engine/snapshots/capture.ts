import type { Stats } from 'node:fs';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent } from '../errors.ts';
import { below, nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { isSparse, lengthProblem } from '../sparse.ts';
import { namesOf, numbersOf, numbersPerEntry, unknownNumbers } from '../vault/file-numbers.ts';
import { objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { isSameScan, type ScanCache, type ScannedDirectory } from '../vault/scan-cache.ts';
import { type DirectoryEntry, encodeTree, type FileEntry, type TreeEntry } from '../vault/tree.ts';
import type { AheadDirectory } from './ahead-directory.ts';
import { type CapturedMembers, captureDatabase, databasesIn } from './databases.ts';
import { type CapturedEntry, directlyIn, Earlier } from './earlier.ts';
import { findUnchanged } from './find-unchanged.ts';
import { HardLinks } from './hard-links.ts';
import { ReadAhead } from './read-ahead.ts';
import { readContent } from './read-content.ts';
import type { Selection } from './selection.ts';

export interface Captured {
  tree: string;
  files: number;
  bytes: number;
  skipped: Omission[];
  /** One that is as it was before is the same object. */
  directories: Map<string, ScannedDirectory>;
}

interface Walk {
  context: Context;
  base: string;
  store: ObjectSink;
  selection: Selection;
  before: ReadonlyMap<string, ScannedDirectory>;
  pace: Pace;
  started: number;
  skipped: Omission[];
  directories: Map<string, ScannedDirectory>;
  /** Of `before`, those that are still so, and the paths of those with directories in them. */
  unchanged: ReadonlySet<ScannedDirectory>;
  parents: ReadonlySet<string>;
  /** Absent where nobody takes what is read in whole blocks. */
  ahead: ReadAhead | undefined;
  scanned: number;
  total: number;
  hardLinks: HardLinks;
}

/** Reads everything selected below `base` into the store, and the directories as trees. Nothing is followed or opened
 * but regular files; what is left out is listed with the reason (design rule 2). */
export async function capture(
  context: Context,
  base: string,
  store: ObjectSink,
  selection: Selection,
  before: Pick<ScanCache, 'directories'> | undefined,
  work: Work,
): Promise<Captured> {
  const known = before?.directories ?? new Map<string, ScannedDirectory>();
  const started = context.ports.now().getTime();
  const pace = new Pace(work);
  const unchanged = selection.isWhole ? await findUnchanged(context, base, known, started, pace) : new Set<never>();
  const { putBlock } = store;
  const packs = putBlock && { putBlock: putBlock.bind(store) };
  const surroundings = { context, base, selection, before: known, unchanged, pace };
  const walk: Walk = {
    ...surroundings,
    store,
    started,
    skipped: [],
    directories: new Map(),
    parents: new Set(Array.from(known.keys(), path => path.slice(0, Math.max(0, path.lastIndexOf('/'))))),
    ahead: packs && new ReadAhead({ ...surroundings, store: packs }),
    scanned: 0,
    total: known.get('')?.files ?? 0,
    hardLinks: new HardLinks(),
  };
  const top = await captureDirectory(walk, '', base);
  return { ...top, skipped: walk.skipped, directories: walk.directories };
}

async function captureDirectory(
  walk: Walk,
  at: string,
  absolute: string,
): Promise<Pick<DirectoryEntry, 'tree' | 'files' | 'bytes'>> {
  const before = walk.before.get(at);
  const unchanged = before && walk.unchanged.has(before) ? before : undefined;
  if (unchanged && !walk.parents.has(at)) {
    walk.scanned += unchanged.files;
    walk.directories.set(at, unchanged);
    const { tree, files, bytes } = unchanged;
    return { tree, files, bytes };
  }
  const ahead = unchanged ? undefined : walk.ahead?.directory(at);
  const names: string[] = [];
  const stats: number[] = [];
  const entries: (TreeEntry | undefined)[] = [];
  const earlier = new Earlier(walk.store, before);
  let { files, bytes } = unchanged ? directlyIn(walk.before, at, unchanged) : { files: 0, bytes: 0 };
  walk.scanned += files;
  const add = (name: string, child: CapturedEntry) => {
    names.push(name);
    entries.push(child.entry);
    for (let index = 0; index < numbersPerEntry; index++) stats.push(child.numbers[index]!);
    files += child.files;
    bytes += child.bytes;
  };
  const all = (unchanged && namesOf(unchanged.names)) ?? ahead?.names ?? readNames(walk.context.ports.fs, absolute);
  const databases = databasesIn(unchanged ? [] : all);
  const members: CapturedMembers = new Map();
  for (const name of all) {
    const path = at === '' ? name : `${at}/${name}`;
    if (walk.pace.due())
      await walk.pace.breathe({ phase: 'Reading', done: walk.scanned, total: walk.total, unit: 'files' });
    if (ahead?.missing) await walk.ahead?.fetch(ahead);
    const known = unchanged && !walk.before.has(path) ? earlier.pass(name) : takeAhead(walk, name, ahead);
    const beside = databases.get(name);
    if (beside) await captureMembers(walk, at, absolute, earlier, [name, ...beside], members);
    const done = members.has(name) ? members.get(name) : known;
    if (done) add(name, done);
    if (done || members.has(name)) continue;
    if (!walk.selection.mayHold(path)) continue;
    if (walk.selection.excludes(path)) {
      walk.skipped.push({ path, reason: 'excluded by holdfast.exclude' });
      continue;
    }
    const child = await captureEntry(walk, earlier, name, path, below(absolute, name));
    if (child) add(name, child);
  }
  let tree = earlier.treeIfAllSame(names);
  if (tree === undefined) {
    const encoded = encodeTree(
      entries.map((entry, position) => entry ?? earlier.entry(names[position]!)),
      at,
    );
    tree = objectId(encoded);
    await walk.store.put('tree', tree, encoded);
  }
  const now = { tree, files, bytes, names: names.join('/'), stats: Float64Array.from(stats) };
  walk.directories.set(at, before && isSameScan(before, now) ? before : now);
  return { tree, files, bytes };
}

/** Adds a database, with what belongs to it, to what was captured already. */
async function captureMembers(
  walk: Walk,
  at: string,
  absolute: string,
  earlier: Earlier,
  names: readonly string[],
  members: CapturedMembers,
): Promise<void> {
  const { context, selection, skipped } = walk;
  const pathOf = (name: string) => below(at, name);
  const { same } = earlier;
  const captured = await captureDatabase(names, {
    fs: context.ports.fs,
    directory: absolute,
    takes: name => selection.takes(pathOf(name)) && !selection.excludes(pathOf(name)),
    capture: name => captureEntry(walk, earlier, name, pathOf(name), below(absolute, name)),
    skipped,
    pathOf,
  });
  earlier.same = same;
  for (const [name, member] of captured ?? []) {
    members.set(name, member);
    if (member && !member.entry) earlier.same++;
  }
}

async function captureEntry(
  walk: Walk,
  earlier: Earlier,
  name: string,
  path: string,
  absolute: string,
): Promise<CapturedEntry | undefined> {
  const { fs } = walk.context.ports;
  const system = systemPath(absolute);
  const skip = (reason: string) => {
    walk.skipped.push({ path, reason });
    return undefined;
  };
  try {
    const stat = fs.lstatSync(system);
    const special = specialKind(stat);
    if (special) return walk.selection.takes(path) ? skip(`${special} cannot be captured`) : undefined;
    if (stat.isDirectory()) {
      const wanted = walk.selection.takes(path);
      const inside = await captureDirectory(walk, path, absolute);
      // Listing it, or anything below, would have followed a link that took its place.
      if (!fs.lstatSync(system).isDirectory()) {
        walk.directories.delete(path);
        return skip('it was replaced while it was read');
      }
      if (!wanted && walk.directories.get(path)?.names === '') return undefined;
      const numbers = numbersOf(walk.started, stat);
      const same = walk.before.get(path)?.tree === inside.tree && earlier.keeps(name, numbers);
      const entry = same
        ? undefined
        : { name, type: 'dir' as const, ...modeAndTime(fs.lstatSync(system, { bigint: true })), ...inside };
      return { entry, files: inside.files, bytes: inside.bytes, numbers };
    }
    if (!walk.selection.takes(path)) return undefined;
    const tooLong = lengthProblem(stat);
    if (tooLong) return skip(tooLong);
    const numbers = numbersOf(walk.started, stat);
    if (stat.isFile()) walk.scanned++;
    if (stat.isFile() && stat.nlink > 1) return await captureLinked(walk, earlier, name, path, system, stat, numbers);
    if (earlier.keeps(name, numbers)) {
      return { entry: undefined, files: stat.isFile() ? 1 : 0, bytes: stat.isFile() ? stat.size : 0, numbers };
    }
    if (stat.isSymbolicLink()) {
      const target = nameFromBytes(fs.readlinkSync(system, { encoding: 'buffer' }));
      const entry = { name, type: 'link' as const, ...modeAndTime(fs.lstatSync(system, { bigint: true })), target };
      return { entry, files: 0, bytes: 0, numbers };
    }
    return await captureFile(walk, name, path, system, stat);
  } catch (error) {
    if (isAbsent(error)) return skip('it vanished while it was read');
    const known = asHoldfastError(error);
    if (known.code === 'UNREADABLE' || known.code === 'CONFLICT' || known.code === 'INVALID_NAME')
      return skip(known.message.replace(`: ${known.path}`, ''));
    if (['ELOOP', 'ENXIO', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return skip('it was replaced while it was read');
    throw error;
  }
}

/** A file with several names: what it is stored as goes by which of them are captured, so it is always looked at. */
async function captureLinked(
  walk: Walk,
  earlier: Earlier,
  name: string,
  path: string,
  system: string,
  stat: Stats,
  numbers: number[],
): Promise<CapturedEntry> {
  const identity = walk.context.ports.fs.lstatSync(system, { bigint: true });
  let file = walk.hardLinks.another(identity, path, name, numbers);
  if (!file) {
    const { sameAs: _, ...known } = earlier.fileAsItWas(name, numbers) ?? {};
    const first =
      'type' in known ? { entry: known, numbers, ino: stat.ino } : await captureFile(walk, name, path, system, stat);
    // Another file may have taken the name in between.
    if (first.ino === Number(identity.ino)) walk.hardLinks.first(identity, path, first.entry, first.numbers);
    file = first;
  }
  const entry = earlier.keepsEntry(file.entry) ? undefined : file.entry;
  return { entry, files: 1, bytes: file.entry.size, numbers: file.numbers };
}

async function captureFile(
  walk: Walk,
  name: string,
  path: string,
  system: string,
  seen: Stats,
): Promise<CapturedEntry & { entry: FileEntry; numbers: number[]; ino: number }> {
  const { content, stat, fuzzy } = await readContent(walk.context.ports, system, seen, walk.store, walk.pace);
  if (fuzzy) walk.skipped.push({ path, reason: 'it changed each time it was read; stored as read last' });
  const numbers = fuzzy ? [...unknownNumbers] : numbersOf(walk.started, stat);
  const sparse = isSparse(seen) ? { sparse: true as const } : {};
  const facts = { mode: stat.mode & 0o7777, mtime: stat.mtimeNs.toString() };
  const entry = { name, type: 'file' as const, ...facts, ...content, ...sparse };
  return { entry, files: 1, bytes: content.size, numbers, ino: stat.ino };
}

/** A file as it was read ahead, if it was. */
function takeAhead(walk: Walk, name: string, ahead: AheadDirectory | undefined): CapturedEntry | undefined {
  const file = ahead?.take(name);
  if (!file) return undefined;
  walk.scanned++;
  const { mtime, size, sha256 } = file;
  const entry = { name, type: 'file' as const, mode: file.mode & 0o7777, mtime, size, sha256 };
  return { entry, files: 1, bytes: size, numbers: numbersOf(walk.started, file) };
}

function modeAndTime(stat: { mode: bigint; mtimeNs: bigint }): { mode: number; mtime: string } {
  return { mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() };
}
