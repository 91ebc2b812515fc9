import type { Job } from '../threads/jobs.ts';
import { giveBack } from './give-back.ts';
import { readBlockAt } from './pack.ts';

/** Where an object lies. */
export interface ObjectPlace {
  /** The file of the pack. */
  pack: string;
  offset: number;
  at: number;
  length: number;
  /** Where the bytes are to be put: long enough for them. */
  memory: SharedArrayBuffer;
}

/** Reads an object into memory, unchecked: whoever asks knows the digest of all. @throws CORRUPT, or the system's error */
export const readObject: Job<ObjectPlace, null> = (fs, { pack, offset, at, length, memory }) => {
  const { raw } = readBlockAt(fs, pack, offset);
  Buffer.from(memory).set(raw.subarray(at, at + length));
  giveBack(raw);
  return { answer: null };
};
