import { hash } from 'node:crypto';
import { lstatSync, unlinkSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { HoldfastError } from '../errors.ts';
import { compressNow, decompress } from './codec.ts';

/**
 * Writes a file that can be rebuilt at any time. It may be lost, and a full disk may even cut it short, so every
 * reader checks it and makes it again; failing to write it is no failure of the operation.
 */
export function writeCache(path: string, bytes: Buffer): void {
  try {
    // It would write where a link leads, which need not be in the vault.
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(path);
    writeFileAtomic.sync(path, bytes, { mode: 0o600, fsync: false });
  } catch {
    // The next reader makes it again.
  }
}

const magicLength = 16;
const headLength = magicLength + 5;
const digestLength = 32;
/** More is sensible in no cache, and could be asked for by one that somebody made up. */
const rawLimit = 256 * 1024 * 1024;

/**
 * What a cache file holds, compressed and sealed:
 *
 *     magic[16]  codec u8  raw length u32  payload  SHA-256 of all before
 *
 * @param magic 16 characters of ASCII that say what it is, and in which version
 */
export function sealCache(magic: string, raw: Buffer): Buffer {
  const { codec, payload } = compressNow(raw);
  const file = Buffer.allocUnsafe(headLength + payload.length + digestLength);
  file.write(magic, 'latin1');
  file.writeUInt8(codec, magicLength);
  file.writeUInt32LE(raw.length, magicLength + 1);
  payload.copy(file, headLength);
  const end = file.length - digestLength;
  hash('sha256', file.subarray(0, end), 'buffer').copy(file, end);
  return file;
}

/** What was sealed; `undefined` when the file is another one, is not whole, or cannot be read by this Node. */
export function unsealCache(magic: string, file: Buffer): Buffer | undefined {
  const end = file.length - digestLength;
  if (end < headLength || file.toString('latin1', 0, magicLength) !== magic) return undefined;
  const rawLength = file.readUInt32LE(magicLength + 1);
  if (rawLength > rawLimit || !hash('sha256', file.subarray(0, end), 'buffer').equals(file.subarray(end)))
    return undefined;
  try {
    return decompress(file.readUInt8(magicLength), file.subarray(headLength, end), rawLength);
  } catch (error) {
    if (HoldfastError.is(error)) return undefined;
    throw error;
  }
}
