import type { Stats } from 'node:fs';

/** Size, mtime, ctime (ms) and inode: while these stay, a file's bytes are taken to be the ones captured. */
export const numbersPerEntry = 4;

/**
 * What identifies the state of a file, or of a directory itself (its size is none of it). A change so shortly before a
 * scan that a later one could carry the same time makes it unidentifiable (NaN equals nothing), so the next scan reads
 * the file again.
 *
 * @param started when the scan began, in ms
 */
export function numbersOf(started: number, stat: FileLook): [number, number, number, number] {
  const { mtimeMs, ctimeMs, ino } = stat;
  return [isRecent(started, stat) ? Number.NaN : sizeOf(stat), mtimeMs, ctimeMs, ino];
}

/** Of a file whose state nobody can tell: those of no file. */
export const unknownNumbers: readonly [number, number, number, number] = [Number.NaN, 0, 0, 0];

/** Whether a file still has the numbers that begin at a place among `numbers`. */
export function hasNumbers(started: number, stat: FileLook, numbers: Float64Array, at: number): boolean {
  return (
    numbers[at + 2] === stat.ctimeMs &&
    numbers[at + 1] === stat.mtimeMs &&
    numbers[at] === sizeOf(stat) &&
    numbers[at + 3] === stat.ino &&
    !isRecent(started, stat)
  );
}

type FileLook = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'> & Partial<Pick<Stats, 'isDirectory'>>;

const sizeOf = (stat: FileLook) => (stat.isDirectory?.() ? 0 : stat.size);

function isRecent(started: number, { mtimeMs, ctimeMs }: FileLook): boolean {
  return Math.max(ctimeMs, mtimeMs) > started - clockTick(ctimeMs);
}

/**
 * By how much a time that a file got from the system may lie before the moment when it got it, in ms. Where times are finer
 * than seconds, 100 ms are enough for any clock tick; else 3 s, for file systems that count in twos.
 */
export function clockTick(ctimeMs: number): number {
  return ctimeMs % 1000 === 0 ? 3000 : 100;
}

/** How many names there are in a text of them. */
export function countOf(names: string): number {
  if (names === '') return 0;
  let count = 1;
  for (let at = names.indexOf('/'); at >= 0; at = names.indexOf('/', at + 1)) count++;
  return count;
}

/** The names in a text of them. */
export function namesOf(names: string): string[] {
  return names === '' ? [] : names.split('/');
}
