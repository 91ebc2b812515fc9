import { HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';
import type { LiveEntry } from './gather.ts';

export interface LiveFile {
  size: number;
  mode: number;
  mtime: string;
}

/**
 * Hands a file's bytes to `use`, exactly as many as the size it had when it was opened: an archive states a length
 * before the bytes. A file that shrinks meanwhile is filled with zeros, one that grows is cut; both are `fuzzy`.
 */
export async function readLiveFile(
  fs: FileCalls,
  entry: LiveEntry,
  use: (live: LiveFile, chunks: Iterable<Uint8Array>) => Promise<void>,
): Promise<LiveFile & { sha256: string; fuzzy: boolean }> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const file = fs.openSync(entry.absolute, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const before = fs.fstatSync(file, { bigint: true });
    if (!before.isFile()) throw new HoldfastError('CONFLICT', 'it was replaced');
    const size = Number(before.size);
    const live = { size, mode: Number(before.mode & 0o7777n), mtime: before.mtimeNs.toString() };
    const hash = objectHash();
    let short = false;
    const chunks = function* () {
      for (let done = 0; done < size; ) {
        const buffer = Buffer.alloc(Math.min(1024 * 1024, size - done));
        const read = short ? buffer.length : fs.readSync(file, buffer, 0, buffer.length, null);
        short ||= read === 0;
        const bytes = buffer.subarray(0, read === 0 ? buffer.length : read);
        hash.update(bytes);
        done += bytes.length;
        yield bytes;
      }
    };
    await use(live, chunks());
    const after = fs.fstatSync(file, { bigint: true });
    const fuzzy =
      short || after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs;
    return { ...live, sha256: hash.digest('hex'), fuzzy };
  } finally {
    fs.closeSync(file);
  }
}
