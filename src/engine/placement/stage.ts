import { join } from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import { removeQuietly, syncDirectory, writeAll } from '../durable.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';
import type { PlacementHome } from './home.ts';
import { systemTime } from './system-time.ts';
import type { Wanted } from './wanted.ts';

/** A staged file being written: its bytes in order, then `close`. */
export interface StagedFile {
  write(bytes: Uint8Array): void;
  /** Whether the file is what was wanted; if not, it is gone and listed as failed. */
  close(): boolean;
  /** Gives the file up for a reason of the caller's. */
  fail(reason: string): void;
}

/** So many files are flushed one by one, which is quicker than a flush of the whole file system. */
const flushedAtOnce = 16;

/**
 * The new files of a placement, under numbers in a private directory, where nothing that a path says can matter.
 * A file whose bytes are not those wanted fails alone: what is at its place stays. That they cannot be written is no
 * fault of a file: then all methods throw DISK_FULL or FAILED, and the placement has to stop.
 */
export class Stager {
  readonly #ports: Ports;
  readonly #home: PlacementHome;
  readonly #numbers = new Map<string, number>();
  #used = 0;
  /** Paths of files that are yet to be flushed. */
  readonly #unflushed: string[] = [];
  readonly failed: Omission[] = [];

  constructor(ports: Ports, home: PlacementHome) {
    this.#ports = ports;
    this.#home = home;
  }

  numberOf(path: string): number | undefined {
    return this.#numbers.get(path);
  }

  link(wanted: Wanted): void {
    const { number, path } = this.#next();
    const time = systemTime(wanted.mtime);
    this.#writing(() => {
      this.#ports.fs.symlinkSync(systemPath(wanted.target ?? ''), path);
      this.#ports.fs.lutimesSync(path, time, time);
    });
    this.#numbers.set(wanted.path, number);
  }

  /** @param mismatch says why the bytes may not be those wanted, instead of what is wrong with them */
  open(wanted: Wanted, mismatch?: string): StagedFile {
    const { fs } = this.#ports;
    const { number, path } = this.#next();
    const file = this.#writing(() => fs.openSync(path, 'wx', 0o600));
    const hash = objectHash();
    let size = 0;
    let reason: string | undefined;
    const drop = (why: string) => {
      this.failed.push({ path: wanted.path, reason: why });
      removeQuietly(fs, path);
    };
    return {
      write: bytes => {
        size += bytes.length;
        if (size > wanted.size) reason = `it has more bytes than the ${wanted.size} that were promised`;
        if (reason) return;
        hash.update(bytes);
        this.#writing(() => writeAll(fs, file, bytes));
      },
      close: () => {
        if (!reason && size !== wanted.size) reason = `it has ${size} bytes instead of ${wanted.size}`;
        if (!reason && hash.digest('hex') !== wanted.sha256) {
          reason = 'its bytes do not have the digest that was recorded';
        }
        this.#writing(() => {
          try {
            if (!reason) this.#finish(file, path, wanted);
          } finally {
            fs.closeSync(file);
          }
        });
        if (reason) drop(mismatch ?? reason);
        else this.#numbers.set(wanted.path, number);
        return reason === undefined;
      },
      fail: why => {
        try {
          fs.closeSync(file);
        } finally {
          drop(why);
        }
      },
    };
  }

  /** Makes everything staged durable, and the names it is staged under. */
  flush(): void {
    const { fs } = this.#ports;
    this.#writing(() => {
      // A flush for each of ten thousand files takes twenty times as long as one for the whole file system.
      if (this.#unflushed.length > 0 && this.#ports.syncFileSystem(this.#home.staged)) return;
      for (const path of this.#unflushed) {
        const file = fs.openSync(path, 'r');
        try {
          fs.fsyncSync(file);
        } finally {
          fs.closeSync(file);
        }
      }
      syncDirectory(this.#ports, this.#home.staged);
    });
  }

  #finish(file: number, path: string, wanted: Wanted): void {
    const { fs, platform } = this.#ports;
    // Never set-user-id or set-group-id: whoever made the archive does not get to make programs here.
    fs.fchmodSync(file, wanted.mode & 0o1777);
    const time = systemTime(wanted.mtime);
    fs.futimesSync(file, time, time);
    // Elsewhere than on Linux there is no flush of a whole file system, and a file that must not be read cannot be
    // opened again to be flushed.
    if (platform !== 'linux' || this.#used <= flushedAtOnce) fs.fsyncSync(file);
    else this.#unflushed.push(path);
  }

  #next(): { number: number; path: string } {
    const number = this.#used++;
    return { number, path: join(this.#home.staged, String(number)) };
  }

  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'DISK_FULL') throw known;
      const parts = { path: this.#home.base, hint: known.hint, cause: error };
      throw new HoldfastError('FAILED', `The new files cannot be written: ${known.message}`, parts);
    }
  }
}
