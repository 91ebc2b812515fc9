import { sealCache, unsealCache } from './cache-file.ts';

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
  const [offsets, places, lengths] = columnsOf(count);
  let offset = 0;
  let next = 0;
  for (let number = 0; number < count; number++) {
    const from = number * recordLength;
    records.copy(raw, number * idLength, from, from + idLength);
    const at = records.readUInt32LE(from + 36);
    const length = records.readUInt32LE(from + 40);
    raw.writeUInt32LE((records.readUInt32LE(from + 32) - offset) >>> 0, offsets + number * 4);
    raw.writeUInt32LE((at - next) >>> 0, places + number * 4);
    raw.writeUInt32LE(length, lengths + number * 4);
    offset = records.readUInt32LE(from + 32);
    next = at + length;
  }
  return sealCache(magic, raw);
}

/** The records of an index file, or `undefined` when the file is not whole and has to be made again. */
export function decodeIndex(file: Buffer): Buffer | undefined {
  const raw = unsealCache(magic, file);
  if (!raw || raw.length % recordLength !== 0) return undefined;
  const count = raw.length / recordLength;
  const records = Buffer.allocUnsafeSlow(raw.length);
  const [offsets, places, lengths] = columnsOf(count);
  let offset = 0;
  let next = 0;
  for (let number = 0; number < count; number++) {
    const to = number * recordLength;
    raw.copy(records, to, number * idLength, (number + 1) * idLength);
    offset = (offset + raw.readUInt32LE(offsets + number * 4)) >>> 0;
    const at = (next + raw.readUInt32LE(places + number * 4)) >>> 0;
    const length = raw.readUInt32LE(lengths + number * 4);
    records.writeUInt32LE(offset, to + 32);
    records.writeUInt32LE(at, to + 36);
    records.writeUInt32LE(length, to + 40);
    next = at + length;
  }
  return records;
}

/** Where the columns of numbers begin, behind that of the ids. */
function columnsOf(count: number): [number, number, number] {
  const first = count * idLength;
  return [first, first + count * 4, first + count * 8];
}
