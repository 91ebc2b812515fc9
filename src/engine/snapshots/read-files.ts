import { systemPath } from '../names.ts';
import type { FileCalls } from '../ports.ts';
import { isSparse } from '../sparse.ts';
import type { Job } from '../threads/jobs.ts';
import { patience } from '../threads/patience.ts';
import { codec, compressNow } from '../vault/codec.ts';
import { objectId } from '../vault/object-id.ts';
import { blockTarget, type FilledBlock } from '../vault/pack.ts';
import { isUntouched, readFlags, stateOf } from './open-file.ts';

/** Small files to read, and to make into one block. */
export interface FilesToRead {
  directories: {
    /** Absolute. */
    path: string;
    /** Those wanted, with `/` between them: one text crosses to another thread much faster than many. */
    names: string;
  }[];
  /** Whether most of them are expected to be new to the vault. */
  compress: boolean;
}

/** What became of each, in the order asked for. */
export interface FilesRead {
  /** Six numbers for each file: 1 when it was read, then size, mode, mtime, ctime (ms) and inode. */
  states: Float64Array;
  /** For each file its mtime in nanoseconds, with spaces between them. */
  mtimes: string;
  /** For each file the 64 digits of its SHA-256. */
  digests: string;
  /** What they hold, each once; empty files hold nothing. */
  block: FilledBlock;
}

export const numbersPerFile = 6;
/** More would need a larger head of the block than there is. */
export const mostFiles = 2048;

/** Longer ones are read alone: a block should not be much longer than blocks are. */
const longest = blockTarget / 2;
const headRoom = mostFiles * 4;
const scratch = Buffer.allocUnsafeSlow(headRoom + 2 * blockTarget);
/** Shorter buffers share their memory. */
const shortest = Buffer.poolSize;
const noDigest = '0'.repeat(64);

/**
 * Reads files that do not change meanwhile. What is long, changes, cannot be opened, has other names or holes, is no file,
 * or comes when the time is up, is left to whoever asked: it is read again alone, where there is time to look closely and to
 * say what is wrong.
 */
export const readFiles: Job<FilesToRead, FilesRead> = (fs, { directories, compress }) => {
  const states: number[] = [];
  const mtimes: string[] = [];
  const digests: string[] = [];
  const objects = new Map<string, number>();
  let end = headRoom;
  const latest = performance.now() + patience;
  for (const { path, names } of directories) {
    for (const name of names.split('/')) {
      const file = performance.now() < latest ? readFile(fs, systemPath(`${path}/${name}`), end) : undefined;
      if (!file) {
        states.push(0, 0, 0, 0, 0, 0);
        mtimes.push('');
        digests.push(noDigest);
        continue;
      }
      const { size, mode, mtimeMs, ctimeMs, ino, mtimeNs } = file;
      const digest = objectId(scratch.subarray(end, end + size));
      states.push(1, size, mode, mtimeMs, ctimeMs, ino);
      mtimes.push(mtimeNs.toString());
      digests.push(digest);
      if (size === 0 || objects.has(digest)) continue;
      objects.set(digest, size);
      end += size;
    }
  }
  const block = blockOf(objects, end, compress);
  const answer = { states: Float64Array.from(states), mtimes: mtimes.join(' '), digests: digests.join(''), block };
  return { answer, transfer: [answer.states.buffer, block.payload.buffer as ArrayBuffer] };
};

/** Reads a file into the scratch memory. */
function readFile(fs: FileCalls, path: string, at: number) {
  let file: number | undefined;
  try {
    file = fs.openSync(path, readFlags);
    const before = fs.fstatSync(file);
    const room = Math.min(longest, scratch.length - at);
    if (!before.isFile() || before.nlink > 1 || isSparse(before) || before.size > room) return undefined;
    // One byte is asked for where there should be none: some systems have files that hold more than they say.
    if (readFully(fs, file, at, Math.max(1, before.size)) !== before.size) return undefined;
    const after = stateOf(fs, file);
    return after.size === before.size && isUntouched(before, after) ? after : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeQuietly(fs, file);
  }
}

function readFully(fs: FileCalls, file: number, at: number, length: number): number {
  let done = 0;
  while (done < length) {
    const read = fs.readSync(file, scratch, at + done, length - done, null);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function closeQuietly(fs: FileCalls, file: number): void {
  try {
    fs.closeSync(file);
  } catch {
    // Closed all the same, and nothing was written to it.
  }
}

/** Puts the lengths of the objects in front of them: that is a block (docs/format.md, "Packs"). */
function blockOf(objects: ReadonlyMap<string, number>, end: number, compress: boolean): FilledBlock {
  const lengths = [...objects.values()];
  const start = headRoom - lengths.length * 4;
  for (const [index, length] of lengths.entries()) scratch.writeUInt32LE(length, start + index * 4);
  const raw = scratch.subarray(start, end);
  const stored = compress ? compressNow(raw) : { codec: codec.stored, payload: raw };
  // The scratch memory is used again, and what is short may lie in memory that much else has a part in.
  const payload =
    stored.payload.length < shortest || stored.payload === raw ? Uint8Array.from(stored.payload) : stored.payload;
  return {
    ids: [...objects.keys()].join(''),
    lengths: Uint32Array.from(lengths),
    codec: stored.codec,
    payload,
    rawLength: raw.length,
    isCompressed: compress,
  };
}
