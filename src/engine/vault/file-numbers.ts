import type { Stats } from 'node:fs';

/** Size, mtime, ctime (ms) and inode: while these stay, a file's bytes are taken to be the ones captured. */
export const numbersPerEntry = 4;

/**
 * What identifies the state of a file, or of a directory itself (its size is none of it). A change so shortly before a
 * scan that a later one could carry the same time makes it unidentifiable (NaN equals nothing), so the next scan reads
 * the file again. Where times are finer than seconds, 100 ms are enough for any clock tick; else 3 s, for file systems
 * that count in twos.
 *
 * @param started when the scan began, in ms
 */
export function numbersOf(
  started: number,
  stat: Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'> & Partial<Pick<Stats, 'isDirectory'>>,
): [number, number, number, number] {
  const { mtimeMs, ctimeMs, ino } = stat;
  const latest = Math.max(ctimeMs, mtimeMs);
  const guard = ctimeMs % 1000 === 0 ? 3000 : 100;
  const size = stat.isDirectory?.() ? 0 : stat.size;
  return [latest > started - guard ? Number.NaN : size, mtimeMs, ctimeMs, ino];
}
