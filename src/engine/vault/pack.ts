import { HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';
import { decompress } from './codec.ts';
import { giveBack } from './give-back.ts';
import { withoutWaiting } from './read-vault-file.ts';

/**
 * A pack is a file of blocks, named by the SHA-256 of its bytes (docs/format.md, "Packs"):
 *
 *     "holdfast-pack-1\n"  then blocks up to the end of the file
 *     block  = "HFB1"  codec u8  0 0 0  storedLength u32  rawLength u32  count u32  payload[storedLength]
 *     payload, decompressed (rawLength bytes) = count × length u32, then the bytes of the objects
 *
 * All numbers are little-endian. The ids of objects are not stored: an id is the SHA-256 of the object's bytes.
 */
export const packMagic = Buffer.from('holdfast-pack-1\n');
const blockMagic = 0x31424648;
export const blockHeaderLength = 20;

/** Small objects share a block until it holds this much; larger ones have one of their own. */
export const blockTarget = 256 * 1024;
/** A pack is closed once it is this long: few large files, but not one endless one. */
export const packTarget = 32 * 1024 * 1024;
/**
 * The tree of a directory with 400,000 files fits, and the pieces of a file of a tebibyte. Whoever reads several of them,
 * one after the other, holds three until the first is collected: that is within half a gigabyte.
 */
export const longestObject = 72 * 1024 * 1024;
/** Of the payload of a block with several objects: small ones, and the one that filled it. */
const longestShared = longestObject + 2 * blockTarget;
/** None is empty, so more do not fit a block of small ones. */
const countLimit = blockTarget;

export interface BlockHeader {
  codec: number;
  storedLength: number;
  rawLength: number;
  count: number;
}

export function encodeBlockHeader({ codec, storedLength, rawLength, count }: BlockHeader): Buffer {
  const header = Buffer.alloc(blockHeaderLength);
  header.writeUInt32LE(blockMagic, 0);
  header.writeUInt8(codec, 4);
  header.writeUInt32LE(storedLength, 8);
  header.writeUInt32LE(rawLength, 12);
  header.writeUInt32LE(count, 16);
  return header;
}

/** What a block's payload is before it is compressed. */
export function rawBlock(objects: readonly Buffer[]): Buffer {
  const lengths = Buffer.alloc(objects.length * 4);
  for (const [index, object] of objects.entries()) lengths.writeUInt32LE(object.length, index * 4);
  return Buffer.concat([lengths, ...objects]);
}

/** A block as it is to be written, with the ids of its objects (64 digits each, one after the other). */
export interface FilledBlock {
  ids: string;
  lengths: Uint32Array;
  codec: number;
  payload: Uint8Array;
  rawLength: number;
  /** Whether the payload is as it should be stored. Otherwise nobody has tried to compress it. */
  isCompressed: boolean;
}

export function bufferOf({ payload: { buffer, byteOffset, byteLength } }: FilledBlock): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function idsOf({ ids, lengths }: Pick<FilledBlock, 'ids' | 'lengths'>): string[] {
  return Array.from(lengths, (_, index) => ids.slice(index * 64, index * 64 + 64));
}

function corrupt(path: string, why: string): HoldfastError {
  return new HoldfastError('CORRUPT', `A pack is damaged: ${why}.`, {
    path,
    hint: 'See what suffers with: holdfast vault verify --read-data',
  });
}

/** Gives memory of a length. Whoever reads block after block may give the same again. */
export type Allocate = (length: number) => Buffer;
const fresh: Allocate = length => Buffer.allocUnsafeSlow(length);

function readFully(
  fs: FileCalls,
  file: number,
  position: number,
  length: number,
  path: string,
  allocate = fresh,
): Buffer {
  const bytes = allocate(length);
  for (let done = 0; done < length; ) {
    const read = fs.readSync(file, bytes, done, length - done, position + done);
    if (read === 0) throw corrupt(path, 'it ends too early');
    done += read;
  }
  return bytes;
}

/** A block in memory: where its objects begin, and how long each is. */
export interface Block {
  raw: Buffer;
  lengths: number[];
  /** Where the next block begins. */
  end: number;
}

/**
 * @param allocate memory for the payload; a block that is stored as it is lies in it
 * @throws CORRUPT
 */
export function readBlock(
  fs: FileCalls,
  file: number,
  size: number,
  offset: number,
  path: string,
  allocate?: Allocate,
): Block {
  if (offset + blockHeaderLength > size) throw corrupt(path, 'it ends inside a block header');
  const header = readFully(fs, file, offset, blockHeaderLength, path);
  const storedLength = header.readUInt32LE(8);
  const rawLength = header.readUInt32LE(12);
  const count = header.readUInt32LE(16);
  const end = offset + blockHeaderLength + storedLength;
  if (header.readUInt32LE(0) !== blockMagic || header.readUIntLE(5, 3) !== 0)
    throw corrupt(path, 'a block does not begin as one');
  const longest = count === 1 ? longestObject + 4 : longestShared;
  // What does not become shorter is stored as it is.
  if (end > size || storedLength > rawLength || rawLength > longest || count > countLimit || count * 4 > rawLength)
    throw corrupt(path, 'a block header makes no sense');
  const payload = readFully(fs, file, offset + blockHeaderLength, storedLength, path, allocate);
  const raw = decompress(header.readUInt8(4), payload, rawLength);
  if (!allocate && raw !== payload) giveBack(payload);
  const lengths: number[] = [];
  let total = count * 4;
  for (let i = 0; i < count; i++) {
    const length = raw.readUInt32LE(i * 4);
    lengths.push(length);
    total += length;
  }
  if (total !== rawLength) throw corrupt(path, 'the objects of a block do not fill it');
  return { raw, lengths, end };
}

/** One block of the pack in a file. @throws CORRUPT, or the system's error */
export function readBlockAt(fs: FileCalls, path: string, offset: number): Block {
  const file = fs.openSync(path, withoutWaiting);
  try {
    return readBlock(fs, file, fs.fstatSync(file).size, offset, path);
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Goes through a pack block by block. Damage costs the block it is in: what comes after is found by its beginning.
 *
 * @param onDamage told of each place that is no block; without it the first one ends the reading
 * @throws CORRUPT
 */
export function* readPack(
  fs: FileCalls,
  path: string,
  onDamage?: (error: HoldfastError) => void,
): Generator<Block & { offset: number }> {
  const damaged = (error: unknown) => {
    if (!onDamage || !HoldfastError.is(error, 'CORRUPT')) throw error;
    onDamage(error);
  };
  const file = fs.openSync(path, withoutWaiting);
  try {
    const { size } = fs.fstatSync(file);
    if (size < packMagic.length || !readFully(fs, file, 0, packMagic.length, path).equals(packMagic)) {
      damaged(corrupt(path, 'it does not begin as a pack'));
    }
    for (let offset = packMagic.length; offset < size; ) {
      let block: Block;
      try {
        block = readBlock(fs, file, size, offset, path);
      } catch (error) {
        damaged(error);
        offset = nextBlock(fs, file, size, offset + 1);
        continue;
      }
      yield { ...block, offset };
      offset = block.end;
    }
  } finally {
    fs.closeSync(file);
  }
}

/** Where the next block may begin, or the end of the file. */
function nextBlock(fs: FileCalls, file: number, size: number, from: number): number {
  const beginning = Buffer.alloc(4);
  beginning.writeUInt32LE(blockMagic);
  const window = Buffer.allocUnsafe(Math.min(1024 * 1024, Math.max(64, size - from)));
  for (let at = from; at < size; at += window.length - beginning.length + 1) {
    const read = fs.readSync(file, window, 0, window.length, at);
    const found = window.subarray(0, read).indexOf(beginning);
    if (found >= 0) return at + found;
  }
  return size;
}
