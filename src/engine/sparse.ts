import { writeAll } from './durable.ts';
import type { FileCalls } from './ports.ts';

/** The least that a hole saves for a file to count as sparse: some file systems round what a file takes. */
const least = 64 * 1024;

/**
 * Whether a file takes so much less room than it is long that it must have holes (or a file system that compresses).
 * Where the holes are cannot be asked for here: they are read as zeros, and made again wherever there are zeros.
 */
export function isSparse({ size, blocks }: { size: number | bigint; blocks: number | bigint }): boolean {
  return Number(size) - Number(blocks) * 512 >= least;
}

/** More of holes takes longer than five minutes to be read, as zeros. */
const mostHoles = 256 * 2 ** 30;
/** More bytes come in more pieces than the list of a directory can name. */
const longest = 2 ** 40;

/**
 * Why a file is too long to be read at all; `undefined` for nearly all files. It is not opened then, and listed as left out:
 * nobody could tell a snapshot that takes hours from one that never ends.
 */
export function lengthProblem(stat: { size: number | bigint; blocks: number | bigint }): string | undefined {
  const size = Number(stat.size);
  const holes = size - Number(stat.blocks) * 512;
  if (holes > mostHoles) return `${inGigabytes(holes)} of it are holes, which can only be read as zeros, for too long`;
  return size > longest ? `it is longer than ${inGigabytes(longest)}` : undefined;
}

function inGigabytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 30)} GiB`;
}

const blockLength = 4096;
const zeros = Buffer.alloc(blockLength);

/**
 * Writes all of `bytes` into a new file but the blocks that are only zeros: nothing is there yet, which reads as zeros. When
 * all is written the file has to be given its length.
 *
 * @param position of the first byte in the file
 */
export function writeWithHoles(fs: FileCalls, file: number, bytes: Uint8Array, position: number): void {
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + blockLength - ((position + at) % blockLength));
    if (Buffer.compare(bytes.subarray(at, end), zeros.subarray(0, end - at)) === 0) {
      if (start < at) writeAll(fs, file, bytes.subarray(start, at), position + start);
      start = end;
    }
    at = end;
  }
  if (start < at) writeAll(fs, file, bytes.subarray(start), position + start);
}
