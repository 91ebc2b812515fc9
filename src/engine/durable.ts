import path from 'node:path';
import { vaultName } from './context.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from './errors.ts';
import type { FileCalls, Ports } from './ports.ts';

/**
 * The one place where Holdfast writes what matters (design rule 6). A file appears whole under its name or not at all:
 * exclusive temporary name, every byte written, size checked, fsync, rename, fsync of the directory.
 */

type Disk = Pick<Ports, 'fs' | 'platform' | 'randomBytes'>;

/** Ends every temporary name, so that leftovers of a crash can be told and the watcher can ignore them. */
export const temporarySuffix = '.holdfast-tmp';

/** The name of a file that `temporaryPath` named: whoever finds one at rest may remove it. */
export const temporaryName = /^\.[0-9a-f]{24}\.holdfast-tmp$/;

/**
 * Writes all of `data`: the system may take fewer bytes than it was given, on a full disk for one.
 *
 * @param position null: where the file stands
 */
export function writeAll(fs: FileCalls, file: number, data: Uint8Array, position: number | null = null): void {
  let done = 0;
  while (done < data.length) {
    const written = fs.writeSync(file, data, done, data.length - done, position === null ? null : position + done);
    if (written === 0)
      throw new HoldfastError('DISK_FULL', 'The system wrote no more bytes.', { hint: 'Free some space.' });
    done += written;
  }
}

/** Makes the names in a directory durable. Some file systems and Windows know no such call. */
export function syncDirectory({ fs, platform }: Pick<Ports, 'fs' | 'platform'>, directory: string): void {
  if (platform === 'win32') return;
  const handle = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    fs.closeSync(handle);
  }
}

const busyOnWindows = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Renames over whatever is there. On Windows a virus scanner may hold the file for a moment: tried again for 2 s. */
export function renameOver({ fs, platform }: Pick<Ports, 'fs' | 'platform'>, from: string, to: string): void {
  for (let wait = 10; ; wait *= 2) {
    try {
      fs.renameSync(from, to);
      return;
    } catch (error) {
      if (platform !== 'win32' || !busyOnWindows.has(systemCode(error) ?? '') || wait > 1000) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
    }
  }
}

/** Removes one file that must not stay. When that fails twice it does stay, as garbage: what matters is done by then. */
export function removeQuietly(fs: FileCalls, file: string): void {
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      fs.rmSync(file, { force: true });
      return;
    } catch {
      // Once more: a failure may pass.
    }
  }
}

/**
 * A fresh name, on the same file system as `directory`, for what is to go there. Within a vault, what is unfinished lies
 * in its `tmp` directory, where prune finds what a crash left.
 */
export function temporaryPath({ fs, randomBytes }: Pick<Ports, 'fs' | 'randomBytes'>, directory: string): string {
  const name = `.${Buffer.from(randomBytes(12)).toString('hex')}${temporarySuffix}`;
  const parts = directory.split(path.sep);
  const vault = parts.lastIndexOf(vaultName);
  const usual = vault < 0 ? directory : path.join(parts.slice(0, vault + 1).join(path.sep), 'tmp');
  return path.join(usual === directory || fs.existsSync(usual) ? usual : directory, name);
}

/** Bytes, at once or piece by piece. */
type Data = Uint8Array | Iterable<Uint8Array>;

/** Writes `data` durably under a fresh temporary name near `directory` and returns that path. Leaves nothing on failure. */
function writeTemporary(disk: Disk, directory: string, data: Data, mode: number): string {
  const { fs } = disk;
  const temporary = temporaryPath(disk, directory);
  const file = fs.openSync(temporary, 'wx', mode);
  try {
    try {
      let length = 0;
      for (const piece of data instanceof Uint8Array ? [data] : data) {
        writeAll(fs, file, piece);
        length += piece.length;
      }
      const { size } = fs.fstatSync(file);
      if (size !== length) {
        throw new HoldfastError('FAILED', `Wrote ${length} bytes but the file has ${size}.`, { path: temporary });
      }
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    return temporary;
  } catch (error) {
    removeQuietly(fs, temporary);
    throw error;
  }
}

/** Writes or replaces one record. After it returns, the new bytes survive a power cut; before, the old ones do. */
export function writeDurably(disk: Disk, target: string, data: Data, mode = 0o600): void {
  const directory = path.dirname(target);
  try {
    const temporary = writeTemporary(disk, directory, data, mode);
    try {
      renameOver(disk, temporary, target);
    } catch (error) {
      removeQuietly(disk.fs, temporary);
      throw error;
    }
    syncDirectory(disk, directory);
  } catch (error) {
    throw asHoldfastError(error, target);
  }
}

/**
 * Writes a record that must not exist yet. Of several processes that try at once, exactly one gets `true`.
 * Uses a hard link, which fails when the name is taken; file systems without links get a look and a rename. When it
 * throws, the record is not there.
 *
 * @param ready called when the whole record is in the vault's `tmp/`, before it gets its name; what it throws is thrown
 */
export function createDurably(
  disk: Disk,
  target: string,
  data: Uint8Array,
  mode = 0o600,
  ready: () => void = () => {},
): boolean {
  const { fs } = disk;
  const directory = path.dirname(target);
  try {
    const temporary = writeTemporary(disk, directory, data, mode);
    try {
      ready();
      if (!linkNew(disk, temporary, target)) return false;
    } finally {
      removeQuietly(fs, temporary);
    }
    try {
      syncDirectory(disk, directory);
    } catch (error) {
      removeQuietly(fs, target);
      throw error;
    }
    return true;
  } catch (error) {
    throw asHoldfastError(error, target);
  }
}

/** What the system says where a file cannot have a second name. */
export const linksMissing = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'];

/** Gives a finished file its name, unless that is taken: then `false`. The temporary name may stay. */
export function linkNew(disk: Disk, temporary: string, target: string): boolean {
  try {
    disk.fs.linkSync(temporary, target);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!linksMissing.includes(systemCode(error) ?? '')) throw error;
    if (disk.fs.existsSync(target)) return false;
    renameOver(disk, temporary, target);
  }
  return true;
}

/**
 * Makes a directory, and those above it that are missing. Node's own way never ends where the system says that something
 * is missing although all above is there, as in `/proc`.
 *
 * @returns the first that was made; `undefined` when all were there
 * @throws UNREADABLE where the system makes no directory
 */
export function makeDirectories(fs: FileCalls, directory: string, mode: number): string | undefined {
  try {
    return makeOne(fs, directory, mode) ? directory : undefined;
  } catch (error) {
    const above = path.dirname(directory);
    if (!isAbsent(error) || above === directory) throw error;
    const first = makeDirectories(fs, above, mode);
    try {
      return makeOne(fs, directory, mode) ? (first ?? directory) : first;
    } catch (cause) {
      if (!isAbsent(cause)) throw cause;
      const parts = { path: directory, hint: 'Choose another place.', cause };
      throw new HoldfastError('UNREADABLE', 'The system makes no directory here.', parts);
    }
  }
}

/** @returns false when it was there */
function makeOne(fs: FileCalls, directory: string, mode: number): boolean {
  try {
    fs.mkdirSync(directory, { mode });
    return true;
  } catch (error) {
    const isThere = systemCode(error) === 'EEXIST' && fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory();
    if (isThere) return false;
    throw error;
  }
}

/** Makes a private directory and those above it, durably. */
export function makeDirectory(disk: Pick<Ports, 'fs' | 'platform'>, directory: string, mode = 0o700): void {
  const first = makeDirectories(disk.fs, directory, mode);
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = path.dirname(made)) {
    syncDirectory(disk, path.dirname(made));
  }
}
