import type { Stats } from 'node:fs';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent } from '../errors.ts';
import { nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { numbersPerEntry, type ScanCache, type ScannedDirectory } from '../vault/scan-cache.ts';
import { type DirectoryEntry, decodeTree, encodeTree, type TreeEntry } from '../vault/tree.ts';
import { readContent } from './read-content.ts';
import type { Selection } from './selection.ts';

export interface Captured {
  tree: string;
  files: number;
  bytes: number;
  skipped: Omission[];
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
  scanned: number;
  total: number;
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
  const walk: Walk = {
    context,
    base,
    store,
    selection,
    before: known,
    pace: new Pace(work),
    started: context.ports.now().getTime(),
    skipped: [],
    directories: new Map(),
    scanned: 0,
    total: known.get('')?.files ?? 0,
  };
  const top = await captureDirectory(walk, '', base);
  return { ...top, skipped: walk.skipped, directories: walk.directories };
}

async function captureDirectory(
  walk: Walk,
  at: string,
  absolute: string,
): Promise<Pick<DirectoryEntry, 'tree' | 'files' | 'bytes'>> {
  const { fs } = walk.context.ports;
  const before = walk.before.get(at);
  const names: string[] = [];
  const stats: number[] = [];
  const entries: (TreeEntry | undefined)[] = [];
  const earlier = new Earlier(walk.store, before);
  let files = 0;
  let bytes = 0;
  for (const name of readNames(fs, absolute)) {
    const path = at === '' ? name : `${at}/${name}`;
    if (walk.pace.due())
      await walk.pace.breathe({ phase: 'Reading', done: walk.scanned, total: walk.total, unit: 'files' });
    if (!walk.selection.mayHold(path)) continue;
    if (walk.selection.excludes(path)) {
      walk.skipped.push({ path, reason: 'excluded by holdfast.exclude' });
      continue;
    }
    const child = await captureEntry(
      walk,
      earlier,
      name,
      path,
      `${absolute}${absolute.endsWith('/') ? '' : '/'}${name}`,
    );
    if (!child) continue;
    files += child.files;
    bytes += child.bytes;
    names.push(name);
    stats.push(...child.numbers);
    entries.push(child.entry);
  }
  let tree = earlier.treeIfAllSame(names);
  if (tree === undefined) {
    const encoded = encodeTree(entries.map((entry, position) => entry ?? earlier.entry(names[position]!)));
    tree = objectId(encoded);
    await walk.store.put('tree', tree, encoded);
  }
  walk.directories.set(at, { tree, files, bytes, names, stats: Float64Array.from(stats) });
  return { tree, files, bytes };
}

interface CapturedEntry {
  /** Absent when it is the same as in the earlier capture of this directory. */
  entry: TreeEntry | undefined;
  files: number;
  bytes: number;
  numbers: number[];
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
      if (!wanted && walk.directories.get(path)?.names.length === 0) return undefined;
      const numbers = numbersOf(walk, stat, 0);
      const same = walk.before.get(path)?.tree === inside.tree && earlier.keeps(name, numbers);
      const entry = same
        ? undefined
        : { name, type: 'dir' as const, ...modeAndTime(fs.lstatSync(system, { bigint: true })), ...inside };
      return { entry, files: inside.files, bytes: inside.bytes, numbers };
    }
    if (!walk.selection.takes(path)) return undefined;
    const numbers = numbersOf(walk, stat, stat.size);
    if (stat.isFile()) walk.scanned++;
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

async function captureFile(
  walk: Walk,
  name: string,
  path: string,
  system: string,
  seen: Stats,
): Promise<CapturedEntry> {
  const { content, stat, fuzzy } = await readContent(walk.context.ports.fs, system, seen, walk.store, walk.pace);
  if (fuzzy) walk.skipped.push({ path, reason: 'it changed each time it was read; stored as read last' });
  const numbers = fuzzy ? [Number.NaN, 0, 0, 0] : numbersOf(walk, stat, stat.size);
  const entry = { name, type: 'file' as const, mode: stat.mode & 0o7777, mtime: stat.mtimeNs.toString(), ...content };
  return { entry, files: 1, bytes: content.size, numbers };
}

function modeAndTime(stat: { mode: bigint; mtimeNs: bigint }): { mode: number; mtime: string } {
  return { mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() };
}

/**
 * What identifies the state of a file. A change so shortly before this scan that a later one could carry the same time
 * makes it unidentifiable (NaN equals nothing), so the next scan reads the file again. Where times are finer than
 * seconds, 100 ms are enough for any clock tick; else 3 s, for file systems that count in twos.
 */
function numbersOf(walk: Walk, stat: Pick<Stats, 'mtimeMs' | 'ctimeMs' | 'ino'>, size: number): number[] {
  const latest = Math.max(stat.ctimeMs, stat.mtimeMs);
  const guard = stat.ctimeMs % 1000 === 0 ? 3000 : 100;
  return [latest > walk.started - guard ? Number.NaN : size, stat.mtimeMs, stat.ctimeMs, stat.ino];
}

/** The earlier capture of a directory: which of its entries are the same now, and, if asked, what they were. */
class Earlier {
  readonly #store: ObjectSink;
  readonly #before: ScannedDirectory | undefined;
  #same = 0;
  #position = 0;
  #entries: Map<string, TreeEntry> | undefined;

  constructor(store: ObjectSink, before: ScannedDirectory | undefined) {
    this.#store = store;
    this.#before = before;
  }

  /** Whether an entry is as it was. Names come in sorted order, as they were stored, so a step forward finds them. */
  keeps(name: string, numbers: readonly number[]): boolean {
    if (!this.#before) return false;
    const { names, stats } = this.#before;
    while (this.#position < names.length && names[this.#position]! < name) this.#position++;
    if (names[this.#position] !== name) return false;
    const start = this.#position * numbersPerEntry;
    if (!numbers.every((number, index) => stats[start + index] === number)) return false;
    this.#same++;
    return true;
  }

  treeIfAllSame(names: readonly string[]): string | undefined {
    return this.#before && this.#same === names.length && names.length === this.#before.names.length
      ? this.#before.tree
      : undefined;
  }

  entry(name: string): TreeEntry {
    this.#entries ??= new Map(decodeTree(this.#store.get(this.#before!.tree)).map(entry => [entry.name, entry]));
    return this.#entries.get(name)!;
  }
}
