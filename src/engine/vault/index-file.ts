import { sealCache, unsealCache } from './cache-file.ts';
import { objectId } from './object-id.ts';
import type { Block } from './pack.ts';

/**
 * Where the objects of one pack lie. A cache: it can be made again from the pack at any time.
 *
 * In memory a record is `id[32]  block offset u32  at u32  length u32`. A file holds column after column, each number as
 * what it is more than one would expect, so that almost only the ids take room (docs/format.md, "Caches").
 */
export interface IndexEntry {
  id: string;
  /** Where the block begins in the pack. */
  offset: number;
  /** Where the object begins in the decompressed block. */
  at: number;
  length: number;
}

const magic = 'holdfast-index2\n';
const idLength = 32;
/** Of two million objects, more than any pack has: it is in memory twice while it is read. */
const longest = 96 * 1024 * 1024;
export const recordLength = idLength + 12;

/** The records of entries, one after the other. */
export function recordsOf(entries: readonly IndexEntry[]): Buffer {
  const records = Buffer.allocUnsafeSlow(entries.length * recordLength);
  let position = 0;
  for (const { id, offset, at, length } of entries) {
    records.write(id, position, 'hex');
    records.writeUInt32LE(offset, position + 32);
    records.writeUInt32LE(at, position + 36);
    records.writeUInt32LE(length, position + 40);
    position += recordLength;
  }
  return records;
}

export function encodeIndex(records: Buffer): Buffer {
  const count = records.length / recordLength;
  const raw = Buffer.allocUnsafeSlow(records.length);
  const [from, to] = [viewOf(records), viewOf(raw)];
  const [offsets, places, lengths] = columnsOf(count);
  let offset = 0;
  let next = 0;
  for (let number = 0, position = 0; number < count; number++, position += recordLength) {
    for (let at = 0; at < idLength; at += 4) to.setUint32(number * idLength + at, from.getUint32(position + at));
    const place = from.getUint32(position + 36, true);
    const length = from.getUint32(position + 40, true);
    to.setUint32(offsets + number * 4, from.getUint32(position + 32, true) - offset, true);
    to.setUint32(places + number * 4, place - next, true);
    to.setUint32(lengths + number * 4, length, true);
    offset = from.getUint32(position + 32, true);
    next = place + length;
  }
  return sealCache(magic, raw);
}

/** The records of an index file, or `undefined` when the file is not whole and has to be made again. */
export function decodeIndex(file: Buffer): Buffer | undefined {
  const raw = unsealCache(magic, file);
  if (!raw || raw.length > longest || raw.length % recordLength !== 0) return undefined;
  const count = raw.length / recordLength;
  const records = Buffer.allocUnsafeSlow(raw.length);
  const [from, to] = [viewOf(raw), viewOf(records)];
  const [offsets, places, lengths] = columnsOf(count);
  let offset = 0;
  let next = 0;
  for (let number = 0, position = 0; number < count; number++, position += recordLength) {
    for (let at = 0; at < idLength; at += 4) to.setUint32(position + at, from.getUint32(number * idLength + at));
    offset += from.getUint32(offsets + number * 4, true);
    const place = (next + from.getUint32(places + number * 4, true)) >>> 0;
    const length = from.getUint32(lengths + number * 4, true);
    to.setUint32(position + 32, offset, true);
    to.setUint32(position + 36, place, true);
    to.setUint32(position + 40, length, true);
    next = place + length;
  }
  return records;
}

/** Several times faster than the methods of a buffer, and every command that looks for objects waits for it. */
const viewOf = ({ buffer, byteOffset, length }: Buffer) => new DataView(buffer, byteOffset, length);

/** Where the columns of numbers begin, behind that of the ids. */
function columnsOf(count: number): [number, number, number] {
  const first = count * idLength;
  return [first, first + count * 4, first + count * 8];
}

/** The objects of one block, each once: a few bytes may decompress to a million times the same. */
export function entriesOf({ offset, raw, lengths }: Block & { offset: number }): IndexEntry[] {
  const entries = new Map<string, IndexEntry>();
  let at = lengths.length * 4;
  for (const length of lengths) {
    const id = objectId(raw.subarray(at, at + length));
    if (!entries.has(id)) entries.set(id, { id, offset, at, length });
    at += length;
  }
  return [...entries.values()];
}
