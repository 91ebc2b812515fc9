import type { BigIntStats, Stats } from 'node:fs';
import { isAbsent } from '../errors.ts';
import { isWithin, nameFromBytes, systemPath } from '../names.ts';
import type { FileCalls, Ports } from '../ports.ts';

/** Directories that were opened once: wherever their paths lead later, these are the ones. */
export interface Held {
  /** Where the system has what this process has open, whichever thread opened it: a path may begin there. */
  descriptors: string;
  /** By absolute paths. None where the system knows no calls relative to a directory. */
  directories: { path: string; descriptor: number }[];
}

/** Ports whose file calls are those of `HeldFiles`. */
export interface HoldingPorts extends Ports {
  /** For jobs on other threads. */
  held: Held;
}

/** Linux: a descriptor that says where a directory is, and no more. Node has no name for it. */
const placeOnly = 0o10000000;

/** How many directories below those that are held are open at once: a process may have only a thousand files open. */
const mostOpen = 32;

/**
 * Runs `work` with file calls that no link leads out of these directories, which must exist. A link in the place of one of
 * them is followed, once: that is where the user wants it.
 * Elsewhere than on Linux the calls are as they were, and only a look before each of them tells of a link.
 */
export async function holding<T>(
  ports: Ports,
  paths: readonly string[],
  work: (ports: HoldingPorts) => Promise<T>,
): Promise<T> {
  const { fs } = ports;
  const descriptors = ownDescriptors(ports);
  const held: Held = { descriptors, directories: [] };
  try {
    for (const path of descriptors === '' ? [] : paths) {
      held.directories.push({ path, descriptor: fs.openSync(path, placeOnly | fs.constants.O_DIRECTORY) });
    }
    using files = new HeldFiles(fs, held);
    return await work({ ...ports, fs: files.calls, held });
  } finally {
    for (const { descriptor } of held.directories) close(fs, descriptor);
  }
}

/**
 * With the number of the process: `/proc/self` is a link, which each call would follow anew.
 *
 * @returns nothing where there is no such place
 */
function ownDescriptors({ fs, platform }: Ports): string {
  if (platform !== 'linux') return '';
  try {
    return `/proc/${fs.readlinkSync('/proc/self')}/fd`;
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

/** What a call takes: a name in a directory, a directory itself, or something that is no path. */
type Argument = 'name' | 'directory' | 'other';

const takenBy: { [Name in keyof FileCalls]?: Argument[] } = {
  chmodSync: ['directory'],
  linkSync: ['name', 'name'],
  lstatSync: ['name'],
  lutimesSync: ['name'],
  mkdirSync: ['name'],
  openSync: ['name'],
  readFileSync: ['name'],
  readdirSync: ['directory'],
  readlinkSync: ['name'],
  renameSync: ['name', 'name'],
  rmSync: ['name'],
  rmdirSync: ['name'],
  statSync: ['directory'],
  symlinkSync: ['other', 'name'],
  unlinkSync: ['name'],
  utimesSync: ['directory'],
};

/** After these, another directory may be at a path, or none. */
const moving = ['renameSync', 'rmSync', 'rmdirSync'];

interface Open {
  path: string;
  descriptor: number;
  /** The same as a path. */
  at: string;
  /** Whether another one was opened in it. */
  isParent: boolean;
  /** Asked when it is compared for the first time. */
  stat?: BigIntStats;
}

type AnyCall = (...args: unknown[]) => unknown;
type LookOptions = { bigint?: boolean; throwIfNoEntry?: boolean };

/**
 * File calls that take the paths everybody uses, and carry them out from the held directory that a path lies in: each
 * directory on the way is opened in the one before, unless it is a link, and the call names what is in the last one. So a
 * link that takes the place of a directory leads no call elsewhere, in whatever moment it comes. `chmodSync`,
 * `readdirSync`, `statSync` and `utimesSync` are for directories only. A link that is named itself is followed by nothing but
 * reading. Errors name the paths that were given.
 */
export class HeldFiles {
  readonly calls: FileCalls;
  readonly #fs: FileCalls;
  readonly #descriptors: string;
  readonly #held: readonly Open[];
  /** Directories below, by path; with each also those above it. */
  readonly #open = new Map<string, Open>();
  /** Those that were needed last. To look one up by a path of hundreds of characters takes as long as many a call. */
  #recent: Open[] = [];

  constructor(fs: FileCalls, { descriptors, directories }: Held) {
    this.#fs = fs;
    this.#descriptors = descriptors;
    this.#held = directories.map(({ path, descriptor }) => this.#opened(keyOf(path), descriptor));
    this.calls = directories.length === 0 ? fs : this.#overridden();
  }

  /** Closes what was opened below the held directories, not these. */
  [Symbol.dispose](): void {
    this.#letGo('');
  }

  #overridden(): FileCalls {
    const calls = Object.create(this.#fs) as FileCalls;
    for (const [name, takes] of Object.entries(takenBy)) {
      Object.assign(calls, { [name]: this.#call(name as keyof FileCalls, takes) });
    }
    const look = calls.lstatSync as AnyCall;
    return Object.assign(calls, {
      existsSync: (path: string) => this.#exists(path),
      lstatSync: (path: string, options?: LookOptions) => this.#look(path, options, look),
    }) as FileCalls;
  }

  #opened(path: string, descriptor: number): Open {
    return { path, descriptor, at: `${this.#descriptors}/${descriptor}`, isParent: false };
  }

  #call(name: keyof FileCalls, takes: readonly Argument[]): AnyCall {
    const [one, other] = takes;
    const moves = moving.includes(name);
    return (first, second, third) => {
      if (this.#open.size > mostOpen) this.#letGo('');
      try {
        const call = this.#fs[name] as AnyCall;
        return call(this.#reach(first, one), this.#reach(second, other), third);
      } catch (error) {
        throw this.#named(error);
      } finally {
        if (moves) {
          this.#moved(first as string);
          if (other) this.#moved(second as string);
        }
      }
    };
  }

  /** What a call is to be given for one of its arguments. */
  #reach(argument: unknown, kind: Argument = 'other'): unknown {
    if (kind === 'other') return argument;
    const path = keyOf(argument as string);
    if (kind === 'directory') return this.#hold(path)?.at ?? argument;
    for (const one of this.#held) if (one.path === path) return `${one.at}/.`;
    const above = this.#above(path);
    return above ? systemPath(`${above.at}${path.slice(above.path.length)}`) : argument;
  }

  /** @returns `undefined` for what lies in none of the held directories */
  #hold(path: string): Open | undefined {
    const known = this.#open.get(path) ?? this.#held.find(one => one.path === path);
    const above = known || path === '' ? undefined : this.#above(path);
    if (!above) return known;
    const { O_DIRECTORY, O_NOFOLLOW } = this.#fs.constants;
    const place = systemPath(`${above.at}${path.slice(above.path.length)}`);
    const open = this.#opened(path, this.#fs.openSync(place, placeOnly | O_DIRECTORY | O_NOFOLLOW));
    this.#open.set(path, open);
    above.isParent = true;
    return open;
  }

  #above(path: string): Open | undefined {
    const recent = this.#recentAbove(path);
    if (recent) return recent;
    const above = this.#hold(path.slice(0, path.lastIndexOf('/')));
    if (above) this.#recent = [above, ...this.#recent.slice(0, 3)];
    return above;
  }

  #recentAbove(path: string): Open | undefined {
    const end = path.lastIndexOf('/');
    for (const one of this.#recent) if (one.path.length === end && path.startsWith(one.path)) return one;
    return undefined;
  }

  #openAt(path: string): Open | undefined {
    return this.#recentAbove(path)?.isParent === false ? undefined : this.#open.get(path);
  }

  #moved(given: string): void {
    const path = keyOf(given);
    if (this.#openAt(path)) this.#letGo(path);
  }

  #letGo(path: string): void {
    this.#recent = [];
    for (const [one, { descriptor }] of this.#open) {
      if (!isWithin(one, path)) continue;
      this.#open.delete(one);
      close(this.#fs, descriptor);
    }
  }

  #exists(path: string): boolean {
    let at: unknown;
    try {
      at = this.#reach(path, 'name');
    } catch {
      return false;
    }
    return this.#fs.existsSync(at as string);
  }

  /** Of a directory that is open: whether it still is at its path. What is there instead is opened at the next call. */
  #look(path: string, options: LookOptions | undefined, look: AnyCall): BigIntStats | Stats | undefined {
    const open = this.#openAt(keyOf(path));
    if (open) {
      open.stat ??= this.#fs.fstatSync(open.descriptor, { bigint: true });
      const stat = this.#fs.lstatSync(path, options as { throwIfNoEntry: false });
      if (stat && BigInt(stat.ino) === open.stat.ino && BigInt(stat.dev) === open.stat.dev) return stat;
      this.#letGo('');
    }
    try {
      return look(path, options) as BigIntStats | Stats | undefined;
    } catch (error) {
      // The directory that it would be in is missing.
      if (options?.throwIfNoEntry === false && isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** An error of the system, with the paths that whoever made the call knows. */
  #named(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const parts = error as Error & { path?: string; dest?: string };
    for (const part of ['message', 'path', 'dest'] as const) {
      const text = parts[part];
      if (typeof text === 'string') parts[part] = this.#withPaths(text);
    }
    return error;
  }

  #withPaths(text: string): string {
    return text.replaceAll(/\/proc\/\d+\/fd\/\d+(?=\/|'|$)(\/\.(?='|$))?/g, given => {
      const at = given.replace(/\/\.$/, '');
      const open = [...this.#held, ...this.#open.values()].find(one => one.at === at);
      return open ? open.path || '/' : given;
    });
  }
}

/** A path as it is compared: text, and empty for the one directory whose name is a slash. */
function keyOf(path: string | Buffer): string {
  const text = typeof path === 'string' ? path : nameFromBytes(path);
  return text === '/' ? '' : text;
}

/** What cannot be closed goes when the process does. */
function close(fs: FileCalls, descriptor: number): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // It says nothing of what was done.
  }
}
