import type { Stats } from 'node:fs';
import type { Pace } from '../pace.ts';
import type { FileCalls, Ports } from '../ports.ts';
import { giveShared, takeShared } from '../threads/shared-memory.ts';
import { objectHash, objectId } from '../vault/object-id.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { chunkHead } from '../vault/pack-chunk.ts';
import { chunkLength, type FileEntry } from '../vault/tree.ts';
import { ChunksAhead } from './chunks-ahead.ts';
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
  ports: Pick<Ports, 'fs' | 'threads'>,
  path: string,
  seen: Stats,
  store: ObjectSink,
  pace: Pace,
): Promise<ReadContent> {
  const { fs } = ports;
  let before: Pick<FileState, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'> = seen;
  for (let attempt = 1; ; attempt++) {
    const file = fs.openSync(path, readFlags);
    try {
      const content = await readOnce({ ports, store, pace }, file, before.size);
      const stat = stateOf(fs, file);
      const same = stat.size === content.size && isUntouched(before, stat);
      if (same || attempt === attempts) return { content, stat, fuzzy: !same };
      before = stat;
    } finally {
      fs.closeSync(file);
    }
  }
}

interface Reading {
  ports: Pick<Ports, 'fs' | 'threads'>;
  store: ObjectSink;
  pace: Pace;
}

async function readOnce(reading: Reading, file: number, expected: number): Promise<ReadContent['content']> {
  if (expected > chunkLength) return readLarge(reading, file, expected);
  const { ports, store } = reading;
  const bytes = scratch.subarray(0, readChunk(ports.fs, file, scratch, expected));
  const sha256 = objectId(bytes);
  if (bytes.length > 0) await store.put('content', sha256, bytes);
  return { size: bytes.length, sha256 };
}

/** From so many bytes on another thread is ready before all is done. */
const worthThreads = 16 * chunkLength;

async function readLarge(
  { ports, store, pace }: Reading,
  file: number,
  expected: number,
): Promise<ReadContent['content']> {
  if (expected >= worthThreads) ports.threads?.getReady();
  const ahead = new ChunksAhead(ports, store, pace);
  const whole = objectHash();
  let size = 0;
  for (;;) {
    const memory = takeShared();
    const chunk = new Uint8Array(memory, chunkHead);
    const length = readChunk(ports.fs, file, chunk, chunkLength);
    if (length === 0) {
      giveShared(memory);
      break;
    }
    whole.update(chunk.subarray(0, length));
    size += length;
    await ahead.add(memory, length);
  }
  const chunks = await ahead.finish();
  const sha256 = whole.digest('hex');
  return chunks.length <= 1 ? { size, sha256 } : { size, sha256, chunks };
}

/**
 * Fills a buffer of the length of a chunk from where the file stands; fewer bytes than a chunk means the end. A file that
 * has just the expected length is not asked for its end: its state is compared afterwards anyway.
 */
function readChunk(fs: FileCalls, file: number, into: Uint8Array, expected: number): number {
  let length = 0;
  while (length < chunkLength) {
    const read = fs.readSync(file, into, length, chunkLength - length, null);
    length += read;
    if (read === 0 || length === expected) break;
  }
  return length;
}
