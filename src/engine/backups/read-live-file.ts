import type { BigIntStats } from 'node:fs';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';
import type { LiveEntry } from './gather.ts';

export interface LiveFile {
  size: number;
  mode: number;
  mtime: string;
  /** Which file it is, as `fileOf` says. */
  file: string;
}

/**
 * Hands a file's bytes to `use`, exactly as many as the size it had when it was opened: an archive states a length
 * before the bytes, so bytes that are missing by then are zeros.
 *
 * @returns also what is wrong with the bytes, if anything
 * @throws what opening the file throws, or `use`
 */
export async function readLiveFile(
  fs: FileCalls,
  entry: LiveEntry,
  use: (live: LiveFile, chunks: Iterable<Uint8Array>) => Promise<void>,
): Promise<LiveFile & { sha256: string; problem: string | undefined }> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const file = fs.openSync(entry.absolute, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const before = fs.fstatSync(file, { bigint: true });
    if (!before.isFile()) throw new HoldfastError('CONFLICT', 'it was replaced');
    const size = Number(before.size);
    const live = { size, mode: Number(before.mode & 0o7777n), mtime: before.mtimeNs.toString(), file: fileOf(before) };
    const hash = objectHash();
    let problem: string | undefined;
    const readInto = (buffer: Buffer): number => {
      try {
        const read = fs.readSync(file, buffer, 0, buffer.length, null);
        if (read === 0) problem = 'it was cut short while it was read; what was gone is zeros in the archive';
        return read;
      } catch (error) {
        problem = `it cannot be read to its end (${asHoldfastError(error).message}); the rest is zeros in the archive`;
        return 0;
      }
    };
    const chunks = function* () {
      for (let done = 0; done < size; ) {
        const length = Math.min(1024 * 1024, size - done);
        const buffer = Buffer.allocUnsafe(length);
        const read = problem ? 0 : readInto(buffer);
        const bytes = read === 0 ? Buffer.alloc(length) : buffer.subarray(0, read);
        hash.update(bytes);
        done += bytes.length;
        yield bytes;
      }
    };
    await use(live, chunks());
    if (!problem && !isUnchanged(before, fs.fstatSync(file, { bigint: true }))) {
      problem = 'it changed while it was read; archived as read';
    }
    return { ...live, sha256: hash.digest('hex'), problem };
  } finally {
    fs.closeSync(file);
  }
}

/** The same for all names of one file. */
export function fileOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return after.size === before.size && after.mtimeNs === before.mtimeNs && after.ctimeNs === before.ctimeNs;
}
