import type { Omission } from '../../protocol/common.ts';
import { linksMissing, removeQuietly, syncDirectory, writeAll } from '../durable.ts';
import { asHoldfastError, HoldfastError, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import type { FileCalls, Ports } from '../ports.ts';
import { writeWithHoles } from '../sparse.ts';
import { runJob } from '../threads/run-job.ts';
import { objectHash } from '../vault/object-id.ts';
import { copyFile, type State } from './copy-file.ts';
import type { HoldingPorts } from './held-files.ts';
import type { PlacementHome } from './home.ts';
import { lstatOf, pathProblem } from './plan.ts';
import { StagedPlaces } from './staged-places.ts';
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

/** Files whose bytes lie whole in one block of a pack. */
export interface FilesOfBlock {
  /** The file of the pack. */
  pack: string;
  /** Where the block begins in it. */
  offset: number;
  files: Wanted[];
  /** Where the bytes of each begin in the decompressed block. */
  at: number[];
}

/** So many files are flushed one by one, which is quicker than a flush of the whole file system. */
const flushedAtOnce = 16;

/** A file to be copied, as it was when it was looked at. */
export type Early = Pick<Wanted, 'path' | 'size' | 'mode' | 'mtime'>;

/**
 * The new files of a placement, in a private directory: under numbers, where nothing that a path says can matter, or
 * under their own names below a directory that is yet to be made.
 * A file whose bytes are not those wanted fails alone: what is at its place stays. That they cannot be written is no
 * fault of a file: then all methods throw DISK_FULL or FAILED, and the placement has to stop.
 */
export class Stager {
  readonly #ports: HoldingPorts;
  readonly #home: PlacementHome;
  readonly #places: StagedPlaces;
  /** What was copied before anybody knew its digest. */
  readonly #early = new Set<Early>();
  #opened = 0;
  /** Files that are yet to be flushed, by their paths below the base. */
  readonly #unflushed: string[] = [];
  readonly failed: Omission[] = [];

  constructor(ports: HoldingPorts, home: PlacementHome) {
    this.#ports = ports;
    this.#home = home;
    this.#places = new StagedPlaces(ports, home);
  }

  /** Where everything is staged, for the journal. */
  get places(): Omit<StagedPlaces, 'add' | 'drop' | 'keepFiles' | 'keepDirectories'> {
    return this.#places;
  }

  /** Whether `copy` was given just this and copied it. */
  has(wanted: Wanted): boolean {
    return this.#early.has(wanted);
  }

  /**
   * Copies a file while it is read for the first time, when nothing is at its place yet. Whether it is placed is decided
   * later.
   *
   * @param reading the calls by which the source is read
   * @param state the source as it was when it was looked at
   * @returns its digest, or `undefined` when it was not copied
   * @throws what reading the source throws; DISK_FULL or FAILED when the copy cannot be written
   */
  async copy(reading: FileCalls, source: string, state: State, wanted: Early, pace: Pace): Promise<string | undefined> {
    const { fs } = this.#ports;
    const { path } = wanted;
    if (this.#places.has(path) || pathProblem(this.#ports, path)) return undefined;
    const place = this.#writing(() => this.#newPlace(path));
    if (!this.#places.isInTree(path) && lstatOf(this.#ports, this.#home.base, path)) {
      this.#places.drop(path);
      return undefined;
    }
    let sha256: string | undefined;
    try {
      const file = this.#writing(() => fs.openSync(place, 'wx+', 0o600));
      try {
        sha256 = await copyFile(reading, source, file, state, write => this.#writing(write), pace);
        if (sha256 !== undefined) this.#writing(() => this.#finish(file, wanted));
      } finally {
        fs.closeSync(file);
      }
    } finally {
      if (sha256 === undefined) this.#remove(path);
    }
    if (sha256 !== undefined) this.#early.add(wanted);
    return sha256;
  }

  link(wanted: Wanted): void {
    const time = systemTime(wanted.mtime);
    this.#writing(() => {
      const place = this.#newPlace(wanted.path);
      this.#ports.fs.symlinkSync(systemPath(wanted.target ?? ''), place);
      this.#ports.fs.lutimesSync(place, time, time);
    });
  }

  /**
   * Gives the staged file of `first` one more name.
   *
   * @returns false where the file system knows no such names; then nothing is staged
   */
  hardLink(first: Wanted, wanted: Wanted): boolean {
    return this.#writing(() => {
      const place = this.#newPlace(wanted.path);
      try {
        this.#ports.fs.linkSync(this.#places.at(first.path), place);
        return true;
      } catch (error) {
        this.#places.drop(wanted.path);
        if (linksMissing.includes(systemCode(error) ?? '')) return false;
        throw error;
      }
    });
  }

  /** @param mismatch asked when the bytes are not those wanted: it may say why, instead of what is wrong with them */
  open(wanted: Wanted, mismatch?: () => string | undefined): StagedFile {
    const { fs } = this.#ports;
    const place = this.#writing(() => this.#newPlace(wanted.path));
    const file = this.#writing(() => fs.openSync(place, 'wx', 0o600));
    const hash = objectHash();
    let size = 0;
    let reason: string | undefined;
    const drop = (why: string) => {
      this.failed.push({ path: wanted.path, reason: why });
      this.#remove(wanted.path);
    };
    return {
      write: bytes => {
        size += bytes.length;
        if (size > wanted.size) reason = `it has more bytes than the ${wanted.size} that were promised`;
        if (reason) return;
        hash.update(bytes);
        const position = size - bytes.length;
        this.#writing(() => (wanted.sparse ? writeWithHoles(fs, file, bytes, position) : writeAll(fs, file, bytes)));
      },
      close: () => {
        if (!reason && size !== wanted.size) reason = `it has ${size} bytes instead of ${wanted.size}`;
        if (!reason && hash.digest('hex') !== wanted.sha256) {
          reason = 'its bytes do not have the digest that was recorded';
        }
        this.#writing(() => {
          try {
            if (!reason && wanted.sparse) fs.ftruncateSync(file, size);
            if (!reason) this.#finish(file, wanted);
          } finally {
            fs.closeSync(file);
          }
        });
        if (reason) drop(mismatch?.() ?? reason);
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

  /**
   * Writes files whose bytes all lie in one block of a pack, with the threads that are handed in or on this one.
   *
   * @returns those that are not staged, because their bytes cannot be read or are not right
   */
  async writeFromBlock(ports: Pick<Ports, 'fs' | 'threads'>, block: FilesOfBlock): Promise<Wanted[]> {
    const { pack, offset, files, at } = block;
    const places = this.#writing(() => files.map(({ path }) => this.#newPlace(path)));
    const flush = this.#flushesEach();
    let left: number[];
    try {
      left = await runJob(ports, 'writeFiles', {
        pack,
        offset,
        flush,
        held: this.#ports.held,
        places,
        at,
        sizes: files.map(({ size }) => size),
        digests: files.map(({ sha256 }) => sha256).join(''),
        modes: files.map(modeOf),
        times: files.map(({ mtime }) => systemTime(mtime)),
      });
    } catch (error) {
      throw this.#cannotWrite(error);
    }
    for (const number of left) this.#places.drop(files[number]!.path);
    if (!flush) for (const { path } of files) this.#unflushed.push(path);
    return left.map(number => files[number]!);
  }

  /**
   * Removes what was copied early and is not to be placed after all.
   *
   * @throws CONFLICT when a directory is not to be made, but what lies in it is to be placed
   */
  keepOnly(files: readonly Wanted[], directories: readonly string[]): void {
    if (this.#early.size > 0) this.#places.keepFiles(new Set(files.map(({ path }) => path)));
    this.#places.keepDirectories(new Set(directories));
  }

  /** Makes everything staged durable, and the names it is staged under. */
  flush(): void {
    const { fs } = this.#ports;
    this.#writing(() => {
      // A flush for each of ten thousand files takes twenty times as long as one for the whole file system.
      if (this.#unflushed.length > 0 && this.#ports.syncFileSystem(this.#home.staged)) return;
      for (const path of this.#unflushed) {
        if (!this.#places.has(path)) continue;
        const file = fs.openSync(this.#places.at(path), 'r');
        try {
          fs.fsyncSync(file);
        } finally {
          fs.closeSync(file);
        }
      }
      for (const directory of this.#places.directories()) syncDirectory(this.#ports, directory);
      syncDirectory(this.#ports, this.#home.staged);
    });
  }

  #finish(file: number, wanted: Early): void {
    const { fs } = this.#ports;
    fs.fchmodSync(file, modeOf(wanted));
    const time = systemTime(wanted.mtime);
    fs.futimesSync(file, time, time);
    if (this.#flushesEach()) fs.fsyncSync(file);
    else this.#unflushed.push(wanted.path);
  }

  /**
   * Elsewhere than on Linux there is no flush of a whole file system, and a file that must not be read cannot be opened
   * again to be flushed.
   */
  #flushesEach(): boolean {
    return this.#ports.platform !== 'linux' || this.#opened <= flushedAtOnce;
  }

  /** A file that was copied early, and is wanted otherwise by now, gives way. */
  #newPlace(path: string): string {
    if (this.#places.has(path)) this.#remove(path);
    this.#opened++;
    return this.#places.add(path);
  }

  #remove(path: string): void {
    removeQuietly(this.#ports.fs, this.#places.at(path));
    this.#places.drop(path);
  }

  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw this.#cannotWrite(error);
    }
  }

  #cannotWrite(error: unknown): HoldfastError {
    const known = asHoldfastError(error);
    if (known.code === 'DISK_FULL') return known;
    const parts = { path: this.#home.base, hint: known.hint, cause: error };
    return new HoldfastError('FAILED', `The new files cannot be written: ${known.message}`, parts);
  }
}

/** Never set-user-id or set-group-id: whoever made the archive does not get to make programs here. */
function modeOf({ mode }: Pick<Wanted, 'mode'>): number {
  return mode & 0o1777;
}
