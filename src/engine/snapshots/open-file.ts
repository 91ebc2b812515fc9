import { constants } from 'node:fs';
import { HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';

/** Never follow a link that took the file's place, and never wait for the writer of a FIFO that did. */
export const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The state of an open file: times in the same numbers as `lstat` gives, and the exact one. */
export interface FileState {
  size: number;
  mode: number;
  ino: number;
  mtimeMs: number;
  ctimeMs: number;
  mtimeNs: bigint;
}

/** @throws CONFLICT when it is no regular file (any more) */
export function stateOf(fs: FileCalls, file: number): FileState {
  const stat = fs.fstatSync(file, { bigint: true });
  if (!stat.isFile()) throw new HoldfastError('CONFLICT', 'it was replaced while it was read');
  return {
    size: Number(stat.size),
    mode: Number(stat.mode),
    ino: Number(stat.ino),
    mtimeMs: milliseconds(stat.mtimeNs),
    ctimeMs: milliseconds(stat.ctimeNs),
    mtimeNs: stat.mtimeNs,
  };
}

/** Whether a file was neither changed nor replaced between two looks, as far as its times tell. */
export function isUntouched(before: Marks, after: Marks): boolean {
  return after.mtimeMs === before.mtimeMs && after.ctimeMs === before.ctimeMs && after.ino === before.ino;
}

type Marks = Pick<FileState, 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** As Node computes the `…Ms` fields, so that the two forms of a time compare equal. */
function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n) * 1000 + Number(nanoseconds % 1_000_000_000n) / 1e6;
}
