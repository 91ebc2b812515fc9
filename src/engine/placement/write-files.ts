import { writeAll } from '../durable.ts';
import type { Job } from '../threads/jobs.ts';
import { objectId } from '../vault/object-id.ts';
import { type Block, readBlockAt } from '../vault/pack.ts';

/** New files whose bytes all lie in one block of a pack. */
export interface FilesToWrite {
  /** The file of the pack. */
  pack: string;
  /** Where the block begins in it. */
  offset: number;
  /** Whether each is to be flushed. */
  flush: boolean;
  files: FileToWrite[];
}

interface FileToWrite {
  /** Where it is made: nothing may be there. */
  place: string;
  /** Where its bytes lie in the decompressed block. */
  at: number;
  size: number;
  sha256: string;
  mode: number;
  /** As `utimes` takes it. */
  time: number | string;
}

/**
 * Makes the files whose bytes can be read and have the digest they should have.
 *
 * @returns the numbers of the others, which are not there: whoever asked sees what is wrong with them
 * @throws the system's error when one cannot be written
 */
export const writeFiles: Job<FilesToWrite, number[]> = (fs, { pack, offset, flush, files }) => {
  let block: Block;
  try {
    block = readBlockAt(fs, pack, offset);
  } catch {
    return { answer: [...files.keys()] };
  }
  const left: number[] = [];
  /** By mode: whether a file that is made with it has it then, whatever the process or the directory takes away. */
  const given = new Map<number, boolean>();
  for (const [number, { place, at, size, sha256, mode, time }] of files.entries()) {
    const bytes = block.raw.subarray(at, at + size);
    if (objectId(bytes) !== sha256) {
      left.push(number);
      continue;
    }
    const file = fs.openSync(place, 'wx', mode);
    try {
      writeAll(fs, file, bytes);
      if (!given.has(mode)) given.set(mode, (fs.fstatSync(file).mode & 0o7777) === mode);
      if (!given.get(mode)) fs.fchmodSync(file, mode);
      fs.futimesSync(file, time, time);
      if (flush) fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }
  return { answer: left };
};
