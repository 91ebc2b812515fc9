import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError, systemCode } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { at, lstatOf } from './plan.ts';
import { systemTime } from './system-time.ts';

/** A directory that lets nobody write in it, as it was before a placement. */
export interface ClosedDirectory {
  path: string;
  mode: number;
  mtime: string;
}

/** Those in which something is to be placed or removed. */
export function closedDirectories(ports: Ports, base: string, steps: readonly { path: string }[]): ClosedDirectory[] {
  return [...new Set(steps.map(step => dirname(step.path)))].flatMap(path => {
    const stat = path === '.' ? undefined : lstatOf(ports, base, path);
    if (!stat?.isDirectory() || (stat.mode & 0o300n) === 0o300n) return [];
    return [{ path, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() }];
  });
}

/**
 * The directories that a swap works in. Each is looked at each time before it is used: somebody may have put another one, or
 * a link, in its place. Where directories are not held (held-files.ts), the link would lead a write out of the base. And
 * since moving files in and out changes its time, that is remembered too.
 */
export class Directories {
  readonly #ports: Ports;
  readonly #base: string;
  readonly #before = new Map<string, { mode: number; mtime: string }>();
  readonly #seen = new Map<string, string>();
  readonly #closed: ReadonlyMap<string, ClosedDirectory>;

  /** @param closed are open from when they are looked at until `close` or `giveBack` */
  constructor(ports: Ports, base: string, closed: readonly ClosedDirectory[] = []) {
    this.#ports = ports;
    this.#base = base;
    this.#closed = new Map(closed.map(one => [one.path, one]));
  }

  /**
   * @param path relative to the base; `.` is the base
   * @returns whether it is there
   * @throws CONFLICT when it, or one above it, is no directory
   */
  check(path: string): boolean {
    const seen = this.#seen.get(path);
    if (seen !== undefined && seen === this.#identity(path)) return true;
    if (path !== '.' && !this.check(dirname(path))) return false;
    const stat = lstatOf(this.#ports, this.#base, path === '.' ? '' : path);
    if (!stat) return false;
    // The base itself may be a link: that is where the user wants it.
    if (path !== '.' && !stat.isDirectory()) {
      throw new HoldfastError('CONFLICT', 'A directory was replaced while files were being placed in it.', {
        path,
        hint: 'Nothing was changed. Look at what lies there, then run the command again.',
      });
    }
    this.#seen.set(path, identityOf(stat));
    const closed = this.#closed.get(path);
    const before = closed ?? { mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() };
    if (!this.#before.has(path)) this.#before.set(path, before);
    if (closed) this.#setMode(path, closed.mode | 0o700);
    return true;
  }

  /** Of another directory, or of none, it differs: also when a link took the place of one above. */
  #identity(path: string): string | undefined {
    const stat = lstatOf(this.#ports, this.#base, path === '.' ? '' : path);
    return stat && identityOf(stat);
  }

  /** Those too that were opened by a process that was killed. */
  close(): void {
    for (const { path, mode } of this.#closed.values()) {
      if (!this.isBlocked(path) && lstatOf(this.#ports, this.#base, path)) this.#setMode(path, mode);
    }
  }

  /** Whoever does not own it may write in it all the same, as one of its group, or is told by the step that cannot be done. */
  #setMode(path: string, mode: number): void {
    try {
      this.#ports.fs.chmodSync(at(this.#base, path), mode);
    } catch (error) {
      if (systemCode(error) !== 'EPERM') throw error;
    }
  }

  /** Whether it, or one above it, is no directory: then nothing that belongs in it can be there. */
  isBlocked(path: string): boolean {
    try {
      this.check(path);
      return false;
    } catch (error) {
      if (HoldfastError.is(error, 'CONFLICT')) return true;
      throw error;
    }
  }

  /** As `check`, and makes it when somebody removed it meanwhile. */
  make(path: string): void {
    if (this.check(path)) return;
    this.make(dirname(path));
    this.#ports.fs.mkdirSync(at(this.#base, path));
    this.check(path);
  }

  /** Gives each its mode and time again: its contents are what they were. */
  giveBack(): void {
    for (const path of this.#closed.keys()) this.isBlocked(path);
    for (const [path, { mode, mtime }] of [...this.#before].reverse()) {
      const own = path === '.' ? '' : path;
      if (lstatOf(this.#ports, this.#base, own)) setDirectory(this.#ports, this.#base, own, mode, mtime);
    }
  }
}

function identityOf({ dev, ino, mode }: BigIntStats): string {
  return `${dev} ${ino} ${mode & 0o170000n}`;
}

export function setDirectory(ports: Ports, base: string, path: string, mode: number, mtime: string): void {
  const directory = at(base, path);
  const stat = ports.fs.lstatSync(directory);
  if (!stat.isDirectory()) return;
  // The group of what is made in it may matter to the application; set-user-id means nothing on a directory.
  const wanted = mode & 0o3777;
  if ((stat.mode & 0o7777) !== wanted) ports.fs.chmodSync(directory, wanted);
  const time = systemTime(mtime);
  ports.fs.utimesSync(directory, time, time);
}
