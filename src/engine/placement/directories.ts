import { dirname } from 'node:path';
import { HoldfastError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { at, lstatOf } from './plan.ts';
import { systemTime } from './system-time.ts';

/**
 * The directories that a swap works in. A link in place of one would lead a write out of the base, so each is looked at
 * before it is used; and since moving files in and out changes its time, that is remembered too.
 */
export class Directories {
  readonly #ports: Ports;
  readonly #base: string;
  readonly #before = new Map<string, { mode: number; mtime: string }>();

  constructor(ports: Ports, base: string) {
    this.#ports = ports;
    this.#base = base;
  }

  /**
   * @param path relative to the base; `.` is the base
   * @returns whether it is there
   * @throws CONFLICT when it, or one above it, is no directory
   */
  check(path: string): boolean {
    if (this.#before.has(path)) return true;
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
    this.#before.set(path, { mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
    return true;
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
    for (const [path, { mode, mtime }] of [...this.#before].reverse()) {
      const own = path === '.' ? '' : path;
      if (lstatOf(this.#ports, this.#base, own)) setDirectory(this.#ports, this.#base, own, mode, mtime);
    }
  }
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
