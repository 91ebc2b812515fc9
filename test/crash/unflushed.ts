import fs from 'node:fs';
import path from 'node:path';
import { systemPath } from '../../src/engine/names.ts';
import { readNames } from '../../src/engine/read-directory.ts';
import type { Call } from './faulty-files.ts';
import type { Random } from './random.ts';

/** What a file, link or directory is besides the names in it. */
interface Content {
  mode: number;
  mtime: Date;
  bytes?: Buffer;
  target?: string;
}

/** What one call did to names: of a rename both come or go. */
type Change = { directory: number; name: string; inode: number | undefined }[];

/** By inode of a directory. */
type Names = Map<number, Map<string, number>>;

/** What of all that was not flushed a power cut takes: everything, all bytes but no names, or some of both. */
export const cuts = ['everything', 'bytes', 'something'] as const;
export type Cut = (typeof cuts)[number];

/**
 * What a disk may hold after the power was cut. Told of every file call, this knows what is sure: of a file its bytes, mode
 * and time at its last flush; of a directory the names at its own. Of what came later anything may be there or not: names in
 * the order in which their directory got them, bytes cut off anywhere or zero. That is what POSIX allows; most file systems
 * promise more. Files are told apart by inode, so only where numbers are not used again: in memory, on Linux. A second link
 * to each keeps them, since a file that comes back must be the same one.
 */
export class Unflushed {
  readonly #base: string;
  readonly #top: number;
  /** A link to every file that ever was, so that one that comes back is the same one. */
  readonly #links: string;
  readonly #flushed = new Map<number, Content>();
  readonly #flushedNames: Names = new Map();
  readonly #names: Names = new Map();
  #changes: Change[] = [];
  readonly #open = new Map<number, number>();

  /** @param base all that matters lies below; what is there now is taken to be flushed */
  constructor(base: string) {
    this.#base = base;
    this.#top = fs.lstatSync(base).ino;
    this.#links = `${base}.links`;
    fs.rmSync(this.#links, { recursive: true, force: true });
    fs.mkdirSync(this.#links);
    this.#flushAll();
  }

  /** Carries out a call and takes note of it. */
  run(call: Call): unknown {
    if (call.name === 'syncFileSystem') {
      this.#flushAll();
      return true;
    }
    const result = call.run();
    if (call.name === 'openSync') this.#open.set(result as number, fs.fstatSync(result as number).ino);
    if (call.name === 'fsyncSync') this.#flush(call.args[0] as number);
    else if (call.changes) this.#look(call);
    return result;
  }

  /** Leaves on the disk what a power cut at this moment might. */
  cut(kind: Cut, random: Random): void {
    const names = this.#survivingNames(kind, random);
    const now = new Map<number, Content>();
    forEach(this.#base, (at, { ino }) => void now.set(ino, contentAt(at)));
    fs.rmSync(this.#base, { recursive: true });
    const done = new Set<number>();
    const lay = (at: string, inode: number) => {
      const link = `${this.#links}/${inode}`;
      const isDirectory = !isThere(link);
      if (isDirectory) fs.mkdirSync(at);
      else fs.linkSync(link, at);
      if (done.has(inode)) return;
      done.add(inode);
      const { mode, mtime, bytes, target } = surviving(this.#flushed.get(inode), now.get(inode), kind, random);
      for (const [name, below] of names.get(inode) ?? []) lay(systemPath(`${at}/${name}`), below);
      const is = contentAt(at);
      const rewritten = bytes !== undefined && is.bytes !== undefined && !is.bytes.equals(bytes);
      if (rewritten) fs.writeFileSync(at, bytes);
      if (target === undefined && is.mode !== mode) fs.chmodSync(at, mode);
      if (rewritten || is.mtime.getTime() !== mtime.getTime()) fs.lutimesSync(at, mtime, mtime);
    };
    lay(this.#base, this.#top);
    fs.rmSync(this.#links, { recursive: true });
  }

  #flushAll(): void {
    this.#changes = [];
    forEach(this.#base, (at, stat) => {
      this.#flushed.set(stat.ino, contentAt(at));
      if (!stat.isDirectory()) return this.#keep(at, stat.ino);
      this.#names.set(stat.ino, namesAt(at));
      this.#flushedNames.set(stat.ino, namesAt(at));
    });
  }

  #flush(file: number): void {
    const inode = this.#open.get(file)!;
    this.#flushed.set(inode, contentAt(`/proc/self/fd/${file}`, true));
    // The names of a directory, and all earlier changes of those that were changed together with it.
    const flushed = new Set([inode]);
    const kept: Change[] = [];
    const done: Change[] = [];
    for (const change of this.#changes.toReversed()) {
      const belongs = change.some(({ directory }) => flushed.has(directory));
      if (belongs) for (const { directory } of change) flushed.add(directory);
      (belongs ? done : kept).push(change);
    }
    this.#changes = kept.reverse();
    for (const change of done.reverse()) apply(this.#flushedNames, change);
  }

  /** What a call did to the names of the directories that it was told of. */
  #look({ args }: Call): void {
    const change: Change = [];
    for (const one of args.slice(0, 2)) {
      if (typeof one !== 'string' || !one.startsWith(`${this.#base}/`)) continue;
      const above: string[] = [];
      for (let at = path.dirname(one); at.length >= this.#base.length; at = path.dirname(at)) above.unshift(at);
      for (const directory of above) {
        const inode = fs.lstatSync(directory, { throwIfNoEntry: false })?.ino;
        if (inode === undefined) continue;
        const before = this.#names.get(inode) ?? new Map<string, number>();
        const now = namesAt(directory);
        this.#names.set(inode, now);
        for (const [name, was] of before) {
          if (!now.has(name)) change.push({ directory: inode, name, inode: undefined });
          // A directory is removed after what was in it.
          if (!now.has(name) && this.#names.has(was)) change.push({ directory: was, name: '', inode: undefined });
        }
        for (const [name, is] of now) {
          if (before.get(name) === is) continue;
          change.push({ directory: inode, name, inode: is });
          this.#keep(systemPath(`${directory}/${name}`), is);
        }
      }
    }
    if (change.length > 0) this.#changes.push(change);
  }

  #keep(at: string, inode: number): void {
    const link = `${this.#links}/${inode}`;
    if (!isThere(link) && !fs.lstatSync(at).isDirectory()) fs.linkSync(at, link);
  }

  #survivingNames(kind: Cut, random: Random): Names {
    const names: Names = new Map([...this.#flushedNames].map(([inode, inside]) => [inode, new Map(inside)]));
    if (kind === 'everything') return names;
    const lost = new Set<number>();
    for (const change of this.#changes) {
      const survives = kind === 'bytes' || (random.below(2) === 0 && !change.some(one => lost.has(one.directory)));
      if (survives) apply(names, change);
      else for (const { directory } of change) lost.add(directory);
    }
    return names;
  }
}

function isThere(at: string): boolean {
  return fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined;
}

function apply(names: Names, change: Change): void {
  for (const { directory, name, inode } of change) {
    const inside = names.get(directory) ?? new Map<string, number>();
    names.set(directory, inside);
    if (inode === undefined) inside.delete(name);
    else inside.set(name, inode);
  }
}

/** @param flushed as it was at its last flush, if ever @param now as it is, unless it is gone */
function surviving(flushed: Content | undefined, now: Content | undefined, kind: Cut, random: Random): Content {
  if (!now) return flushed ?? { mode: 0o600, mtime: new Date(0), bytes: Buffer.alloc(0) };
  if (!now.bytes) return flushed && (kind === 'everything' || random.below(2) === 0) ? flushed : now;
  const old = flushed?.bytes ?? Buffer.alloc(0);
  if (kind !== 'something') return flushed ?? { ...now, bytes: old };
  // What was added to the end leaves what was there before.
  const sure = now.bytes.subarray(0, old.length).equals(old) ? old.length : 0;
  const end = sure + random.below(now.bytes.length - sure + 1);
  const zeros = Buffer.alloc(now.bytes.length - end);
  const bytes = random.pick([
    old,
    now.bytes.subarray(0, end),
    Buffer.concat([now.bytes.subarray(0, end), zeros]),
    now.bytes,
  ]);
  return { ...now, bytes: Buffer.from(bytes) };
}

function namesAt(directory: string): Map<string, number> {
  return new Map(readNames(fs, directory).map(name => [name, fs.lstatSync(systemPath(`${directory}/${name}`)).ino]));
}

function contentAt(at: string, follow = false): Content {
  const stat = follow ? fs.statSync(at) : fs.lstatSync(at);
  const content = { mode: stat.mode & 0o7777, mtime: stat.mtime };
  if (stat.isFile()) return { ...content, bytes: fs.readFileSync(at) };
  return stat.isSymbolicLink() ? { ...content, target: fs.readlinkSync(at) } : content;
}

function forEach(at: string, visit: (at: string, stat: fs.Stats) => void): void {
  const stat = fs.lstatSync(at);
  visit(at, stat);
  if (stat.isDirectory()) for (const name of readNames(fs, at)) forEach(systemPath(`${at}/${name}`), visit);
}
