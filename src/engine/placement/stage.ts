import { join } from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import { writeAll } from '../durable.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';
import { timeOfNanoseconds } from '../vault/tree.ts';
import type { PlacementHome } from './home.ts';
import type { Wanted } from './wanted.ts';

/** A staged file being written: its bytes in order, then `close`. */
export interface StagedFile {
  write(bytes: Uint8Array): void;
  /** Whether the file is what was wanted; if not, it is gone and listed as failed. */
  close(): boolean;
  /** Gives the file up for a reason of the caller's. */
  fail(reason: string): void;
}

/**
 * The new files of a placement, under numbers in a private directory, where nothing that a path says can matter.
 * A file whose bytes are not those wanted fails alone: what is at its place stays.
 */
export class Stager {
  readonly #ports: Ports;
  readonly #home: PlacementHome;
  readonly #numbers = new Map<string, number>();
  readonly failed: Omission[] = [];

  constructor(ports: Ports, home: PlacementHome) {
    this.#ports = ports;
    this.#home = home;
  }

  numberOf(path: string): number | undefined {
    return this.#numbers.get(path);
  }

  get count(): number {
    return this.#numbers.size;
  }

  link(wanted: Wanted): void {
    const { number, path } = this.#next();
    this.#ports.fs.symlinkSync(systemPath(wanted.target ?? ''), path);
    const time = systemTime(wanted.mtime);
    this.#ports.fs.lutimesSync(path, time, time);
    this.#numbers.set(wanted.path, number);
  }

  open(wanted: Wanted): StagedFile {
    const { fs } = this.#ports;
    const { number, path } = this.#next();
    const file = fs.openSync(path, 'wx', 0o600);
    const hash = objectHash();
    let size = 0;
    let reason: string | undefined;
    const drop = (why: string) => {
      this.failed.push({ path: wanted.path, reason: why });
      fs.rmSync(path, { force: true });
    };
    return {
      write: bytes => {
        size += bytes.length;
        if (size > wanted.size) reason = `it has more bytes than the ${wanted.size} that were promised`;
        if (reason) return;
        hash.update(bytes);
        writeAll(fs, file, bytes);
      },
      close: () => {
        try {
          if (!reason && size !== wanted.size) reason = `it has ${size} bytes instead of ${wanted.size}`;
          if (!reason && hash.digest('hex') !== wanted.sha256)
            reason = 'its bytes do not have the digest that was recorded';
          if (!reason) {
            // Never set-user-id or set-group-id: whoever made the archive does not get to make programs here.
            fs.fchmodSync(file, wanted.mode & 0o1777);
            const time = systemTime(wanted.mtime);
            fs.futimesSync(file, time, time);
          }
        } finally {
          fs.closeSync(file);
        }
        if (reason) drop(reason);
        else this.#numbers.set(wanted.path, number);
        return reason === undefined;
      },
      fail: why => {
        fs.closeSync(file);
        drop(why);
      },
    };
  }

  /** Makes everything staged durable: with one call for the whole file system where there is one, since a flush for
   * each of ten thousand files takes twenty times as long. */
  flush(): void {
    const { fs } = this.#ports;
    if (this.#numbers.size > 16 && this.#ports.syncFileSystem(this.#home.staged)) return;
    for (const number of this.#numbers.values()) {
      const path = join(this.#home.staged, String(number));
      if (fs.lstatSync(path).isSymbolicLink()) continue;
      const file = fs.openSync(path, 'r');
      try {
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
    }
  }

  #used = 0;

  #next(): { number: number; path: string } {
    const number = this.#used++;
    return { number, path: join(this.#home.staged, String(number)) };
  }
}

/**
 * Nanoseconds in the form that `utimes` takes. A double of seconds cannot hold them exactly and the system cuts off what
 * is left, so a quarter of a microsecond is added where the microseconds have to come out right. Node takes a negative
 * number for "now", so times before 1970 go as a `Date`.
 */
export function systemTime(mtime: string): number | Date {
  const nanoseconds = BigInt(mtime);
  if (nanoseconds < 0n) return timeOfNanoseconds(mtime);
  const seconds = Number(nanoseconds) / 1e9;
  return nanoseconds % 1000n === 0n ? seconds + 2.5e-7 : seconds;
}
