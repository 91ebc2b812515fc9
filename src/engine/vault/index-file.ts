import { hash } from 'node:crypto';

/**
 * Where the objects of one pack lie. A cache: it can be made again from the pack at any time.
 *
 *     "holdfast-index1\n"  count u32  count × { id[32]  block offset u32  at u32  length u32 }  SHA-256 of all before
 */
export interface IndexEntry {
  id: string;
  /** Where the block begins in the pack. */
  offset: number;
  /** Where the object begins in the decompressed block. */
  at: number;
  length: number;
}

const magic = Buffer.from('holdfast-index1\n');
export const indexHeadLength = magic.length + 4;
export const recordLength = 44;

export function encodeIndex(entries: readonly IndexEntry[]): Buffer {
  const bytes = Buffer.alloc(indexHeadLength + entries.length * recordLength + 32);
  magic.copy(bytes);
  bytes.writeUInt32LE(entries.length, magic.length);
  let position = indexHeadLength;
  for (const { id, offset, at, length } of entries) {
    bytes.write(id, position, 'hex');
    bytes.writeUInt32LE(offset, position + 32);
    bytes.writeUInt32LE(at, position + 36);
    bytes.writeUInt32LE(length, position + 40);
    position += recordLength;
  }
  hash('sha256', bytes.subarray(0, position), 'buffer').copy(bytes, position);
  return bytes;
}

/** The records of an index file, or `undefined` when the file is not whole and has to be made again. */
export function decodeIndex(bytes: Buffer): Buffer | undefined {
  if (bytes.length < indexHeadLength + 32 || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const end = bytes.length - 32;
  if (end !== indexHeadLength + bytes.readUInt32LE(magic.length) * recordLength) return undefined;
  if (!hash('sha256', bytes.subarray(0, end), 'buffer').equals(bytes.subarray(end))) return undefined;
  return bytes.subarray(indexHeadLength, end);
}
