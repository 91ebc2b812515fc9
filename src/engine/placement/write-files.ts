import { writeAll } from '../durable.ts';
import type { Job } from '../threads/jobs.ts';
import { giveBack } from '../vault/give-back.ts';
import { objectId } from '../vault/object-id.ts';
import { type Block, readBlockAt } from '../vault/pack.ts';
import { type Held, HeldFiles } from './held-files.ts';

/** New files whose bytes all lie in one block of a pack: column by column, since many objects take long to hand over. */
export interface FilesToWrite {
  /** The file of the pack. */
  pack: string;
  /** Where the block begins in it. */
  offset: number;
  /** Whether each file is to be flushed. */
  flush: boolean;
  /** Where each file is made: nothing may be there. */
  places: string[];
  /** The directories that the places lie in: whoever asks holds them until the answer is there. */
  held: Held;
  /** Where the bytes of each begin in the decompressed block. */
  at: number[];
  sizes: number[];
  /** All of them, one after the other. */
  digests: string;
  modes: number[];
  /** As `utimes` takes them. */
  times: (number | string)[];
}

/**
 * Makes the files whose bytes can be read and have the digest they should have.
 *
 * @returns the numbers of the others, which are not there: whoever asked sees what is wrong with them
 * @throws the system's error when one cannot be written
 */
export const writeFiles: Job<FilesToWrite, number[]> = (fs, question) => {
  const { pack, offset, flush, places, held, at, sizes, digests, modes, times } = question;
  let block: Block;
  try {
    block = readBlockAt(fs, pack, offset);
  } catch {
    return { answer: [...places.keys()] };
  }
  using files = new HeldFiles(fs, held);
  const left: number[] = [];
  /** By mode: whether a file that is made with it has it then, whatever the process or the directory takes away. */
  const given = new Map<number, boolean>();
  for (const [number, place] of places.entries()) {
    const bytes = block.raw.subarray(at[number], at[number]! + sizes[number]!);
    if (objectId(bytes) !== digests.slice(number * 64, number * 64 + 64)) {
      left.push(number);
      continue;
    }
    const mode = modes[number]!;
    const file = files.calls.openSync(place, 'wx', mode);
    try {
      writeAll(fs, file, bytes);
      if (!given.has(mode)) given.set(mode, (fs.fstatSync(file).mode & 0o7777) === mode);
      if (!given.get(mode)) fs.fchmodSync(file, mode);
      fs.futimesSync(file, times[number]!, times[number]!);
      if (flush) fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }
  giveBack(block.raw);
  return { answer: left };
};
