import { systemPath } from '../names.ts';
import { readNames, specialKind } from '../read-directory.ts';
import type { Job } from '../threads/jobs.ts';
import { patience } from '../threads/patience.ts';
import { countOf, hasNumbers, numbersPerEntry } from '../vault/file-numbers.ts';

/** Directories as they were captured. */
export interface EarlierDirectories {
  /** When the capture began, in ms: what changed about then, may change again without being seen (file-numbers.ts). */
  started: number;
  directories: {
    /** Absolute. */
    path: string;
    /** All names in it with `/` between them: one text crosses to another thread much faster than many. */
    names: string;
    /** A name in it that does not count. */
    except?: string;
  }[];
  /** The numbers of all names, directory after directory. */
  stats: Float64Array;
}

/**
 * Which directories hold the same names still, in the same state each: 1 for these. What is below a directory in them is not
 * looked at. A file with several names never counts as unchanged: what is stored for it goes by where the others are.
 */
export const unchangedDirectories: Job<EarlierDirectories, Uint8Array> = (fs, { started, directories, stats }) => {
  const answer = new Uint8Array(directories.length);
  let position = 0;
  const latest = performance.now() + patience;
  for (const [index, { path, names, except }] of directories.entries()) {
    try {
      if (performance.now() > latest) break;
      const now = readNames(fs, path).filter(name => name !== except);
      const isSame = (name: string, number: number) => {
        if (performance.now() > latest) return false;
        const stat = fs.lstatSync(systemPath(`${path}/${name}`));
        if (specialKind(stat) || (stat.nlink > 1 && !stat.isDirectory())) return false;
        return hasNumbers(started, stat, stats, position + number * numbersPerEntry);
      };
      if (now.join('/') === names && now.every(isSame)) answer[index] = 1;
    } catch {
      // Whoever asked looks there again, and meets what is wrong.
    }
    position += countOf(names) * numbersPerEntry;
  }
  return { answer };
};
