import type { Stats } from 'node:fs';
import type { Pace } from '../pace.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash, objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { chunkLength, type FileEntry } from '../vault/tree.ts';
import { type FileState, isUntouched, readFlags, stateOf } from './open-file.ts';

/** What reading a file gave: where its bytes are, and the state it was in. */
export interface ReadContent {
  content: Pick<FileEntry, 'size' | 'sha256' | 'chunks'>;
  stat: FileState;
  /** It changed each time it was read: the stored bytes may mix two states. */
  fuzzy: boolean;
}

const attempts = 3;

const scratch = Buffer.allocUnsafeSlow(chunkLength);

/**
 * Reads a regular file into the store, noticing when it changes meanwhile (then it is read again).
 *
 * @param path in the form that file calls take
 * @param seen the state in which the scan saw it
 */
export async function readContent(
  fs: FileCalls,
  path: string,
  seen: Stats,
  store: ObjectSink,
  pace: Pace,
): Promise<ReadContent> {
  let before: Pick<FileState, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'> = seen;
  for (let attempt = 1; ; attempt++) {
    const file = fs.openSync(path, readFlags);
    try {
      const content = await readOnce(fs, file, before.size, store, pace);
      const stat = stateOf(fs, file);
      const same = stat.size === content.size && isUntouched(before, stat);
      if (same || attempt === attempts) return { content, stat, fuzzy: !same };
      before = stat;
    } finally {
      fs.closeSync(file);
    }
  }
}

async function readOnce(
  fs: FileCalls,
  file: number,
  expected: number,
  store: ObjectSink,
  pace: Pace,
): Promise<ReadContent['content']> {
  const first = readChunk(fs, file, expected);
  if (first < chunkLength) {
    const bytes = scratch.subarray(0, first);
    const sha256 = objectId(bytes);
    if (first > 0) await store.put('content', sha256, bytes);
    return { size: first, sha256 };
  }
  const whole = objectHash();
  const chunks: string[] = [];
  let size = 0;
  for (let length = first; length > 0; length = readChunk(fs, file, chunkLength)) {
    const bytes = scratch.subarray(0, length);
    whole.update(bytes);
    const id = objectId(bytes);
    chunks.push(id);
    size += length;
    await store.put('content', id, bytes);
    if (pace.due()) await pace.breathe();
  }
  const sha256 = whole.digest('hex');
  return chunks.length === 1 ? { size, sha256 } : { size, sha256, chunks };
}

/**
 * Fills the scratch buffer from where the file stands; fewer bytes than a chunk means the end. A file that has just the
 * expected length is not asked for its end: its state is compared afterwards anyway.
 */
function readChunk(fs: FileCalls, file: number, expected: number): number {
  let length = 0;
  while (length < chunkLength) {
    const read = fs.readSync(file, scratch, length, chunkLength - length, null);
    length += read;
    if (read === 0 || length === expected) break;
  }
  return length;
}
