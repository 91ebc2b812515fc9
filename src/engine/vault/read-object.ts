import { HoldfastError } from '../errors.ts';
import type { Job } from '../threads/jobs.ts';
import { objectId } from './object-id.ts';
import { readBlockAt } from './pack.ts';

/** Where an object lies, and what it should be. */
interface ObjectPlace {
  id: string;
  /** The file of the pack. */
  pack: string;
  offset: number;
  at: number;
  length: number;
}

/** The bytes of an object, checked. @throws CORRUPT, or the system's error */
export const readObject: Job<ObjectPlace, Uint8Array<ArrayBuffer>> = (fs, { id, pack, offset, at, length }) => {
  const raw = readBlockAt(fs, pack, offset).raw as Buffer<ArrayBuffer>;
  const answer = raw.subarray(at, at + length);
  if (objectId(answer) === id) return { answer, transfer: [answer.buffer] };
  throw new HoldfastError('CORRUPT', 'An object of the vault is damaged.', { path: pack });
};
