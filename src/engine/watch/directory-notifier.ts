import { type FSWatcher, type Stats, watch } from 'node:fs';
import { basename, dirname } from 'node:path/posix';
import type { Context } from '../context.ts';
import { isAbsent, systemCode } from '../errors.ts';
import { nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { readNames } from '../read-directory.ts';
import { type Listeners, type Notifier, somewhere } from './notifier.ts';

/** Linux keeps 16384 events for who is slow, drops the rest, and Node does not tell; so many at once may be all it kept. */
const manyEvents = 8192;

interface Watched {
  watcher: FSWatcher;
  /** Paths of the watched directories in it. */
  below: Set<string>;
}

/**
 * One watch for each directory, for systems where it tells of everything that lies in it (inotify). Nothing is known of
 * files: an event says only where to look, and looking decides whether there is a directory to watch.
 */
export class DirectoryNotifier implements Notifier {
  readonly ready: Promise<void>;
  readonly #context: Context;
  readonly #listeners: Listeners;
  readonly #watched = new Map<string, Watched>();
  /** Since the last look: whether there were events of names that came or went, by path. */
  readonly #noticed = new Map<string, boolean>();
  readonly #identity: string;
  #events = 0;
  #looking: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(context: Context, listeners: Listeners) {
    this.#context = context;
    this.#listeners = listeners;
    this.#identity = this.#rootIdentity();
    this.ready = this.#watchTree('', false);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearImmediate(this.#looking);
    this.#forget('');
  }

  /** Each directory is watched before it is read: what is made meanwhile is either found or told. */
  async #watchTree(from: string, tell: boolean): Promise<void> {
    try {
      const pace = new Pace({});
      const waiting = [from];
      for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
        if (this.#closed) return;
        for (const inner of this.#watchOne(directory, tell)) waiting.push(inner);
        if (pace.due()) await pace.breathe();
      }
    } catch (error) {
      this.#listeners.onError(error);
    }
  }

  /** @returns the directories in it */
  #watchOne(directory: string, tell: boolean): string[] {
    const { fs } = this.#context.ports;
    const place = this.#place(directory);
    try {
      // A link to the root is the user's choice; another one leads away.
      if (directory !== '' && !fs.lstatSync(systemPath(place)).isDirectory()) return [];
      this.#forget(directory);
      const watcher = watch(systemPath(place), { encoding: 'buffer' }, (event, name) =>
        this.#hear(directory, event === 'rename', name),
      );
      watcher.on('error', this.#listeners.onError);
      this.#watched.set(directory, { watcher, below: new Set() });
      if (directory !== '') this.#watched.get(parentOf(directory))?.below.add(directory);
      return this.#directoriesIn(directory, tell);
    } catch (error) {
      // What cannot be read is reported by whoever reads it.
      if (isAbsent(error) || ['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return [];
      throw error;
    }
  }

  #directoriesIn(directory: string, tell: boolean): string[] {
    const { fs } = this.#context.ports;
    const { ignored, onChange } = this.#listeners;
    const entries = fs.readdirSync(systemPath(this.#place(directory)), { withFileTypes: true });
    const paths = (names: string[]) => names.map(name => join(directory, name)).filter(path => !ignored(path));
    if (entries.some(({ name }) => name.includes('\ufffd'))) {
      const found = paths(readNames(fs, this.#place(directory)));
      if (tell) found.forEach(onChange);
      return found;
    }
    if (tell) paths(entries.map(({ name }) => name)).forEach(onChange);
    return paths(entries.filter(entry => entry.isDirectory()).map(({ name }) => name));
  }

  #hear(directory: string, cameOrWent: boolean, name: Buffer | null): void {
    this.#events++;
    const path = name === null ? directory : join(directory, nameFromBytes(name));
    if (this.#closed || this.#listeners.ignored(path)) return;
    this.#noticed.set(path, cameOrWent || this.#noticed.get(path) === true);
    this.#looking ??= setImmediate(() => this.#look());
  }

  #look(): void {
    this.#looking = undefined;
    const noticed = [...this.#noticed];
    const overflown = this.#events >= manyEvents;
    this.#events = 0;
    this.#noticed.clear();
    try {
      if (overflown) void this.#beginAgain();
      else for (const [path, cameOrWent] of noticed) this.#lookAt(path, cameOrWent);
    } catch (error) {
      this.#listeners.onError(error);
    }
  }

  #lookAt(path: string, cameOrWent: boolean): void {
    const { onChange } = this.#listeners;
    const stats = this.#stats(path);
    // What happens to a directory itself is told as of something in it that has its name.
    if (!stats && basename(path) === basename(this.#place(parentOf(path)))) {
      if (this.#rootIdentity() !== this.#identity) throw new Error('the directory was removed or replaced');
      if (!this.#stats(parentOf(path))) return;
    }
    onChange(path || somewhere);
    if (!stats?.isDirectory()) this.#forget(path);
    // Also one that is watched: a name that came may be that of another directory than the one that went.
    else if (cameOrWent || !this.#watched.has(path)) void this.#watchTree(path, true);
  }

  /** What happened meanwhile is anywhere. */
  async #beginAgain(): Promise<void> {
    this.#forget('');
    await this.#watchTree('', false);
    this.#listeners.onChange(somewhere);
  }

  #forget(directory: string): void {
    const known = this.#watched.get(directory);
    if (!known) return;
    for (const path of known.below) this.#forget(path);
    known.watcher.close();
    this.#watched.delete(directory);
    if (directory !== '') this.#watched.get(parentOf(directory))?.below.delete(directory);
  }

  #stats(path: string): Stats | undefined {
    try {
      return this.#context.ports.fs.lstatSync(systemPath(this.#place(path)));
    } catch {
      // Gone, or nobody's to look at: either way there is no directory to watch.
      return undefined;
    }
  }

  #rootIdentity(): string {
    const { ports, root } = this.#context;
    try {
      const { dev, ino } = ports.fs.statSync(root, { bigint: true });
      return `${dev} ${ino}`;
    } catch (error) {
      if (isAbsent(error)) return '';
      throw error;
    }
  }

  #place(path: string): string {
    return path === '' ? this.#context.root : `${this.#context.root}/${path}`;
  }
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
}
