import type { Stats } from 'node:fs';
import { systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { FileCalls } from '../ports.ts';
import { readNames } from '../read-directory.ts';

/**
 * Calls `visit` for everything below `directory` that is not a directory, with its path relative to `directory` (`/`
 * between the parts) and what `lstat` says, in the order of the names. Links are visited, never followed; `skip` leaves
 * out a directory and all below it. What vanishes meanwhile, and directories below that cannot be read, are passed over.
 *
 * @throws the system's error when `directory` itself cannot be read
 */
export function walkFiles(
  fs: FileCalls,
  directory: string,
  visit: (path: string, stats: Stats) => void,
  skip: (path: string) => boolean,
): void {
  const walk = (names: readonly string[], prefix: string): void => {
    for (const name of names) {
      const path = prefix + name;
      const full = `${directory}/${path}`;
      let inside: string[] | undefined;
      let stats: Stats;
      try {
        stats = fs.lstatSync(systemPath(full));
        if (stats.isDirectory()) inside = skip(path) ? [] : readNames(fs, full);
      } catch (error) {
        if (systemCode(error) === undefined) throw error;
        continue;
      }
      if (inside) walk(inside, `${path}/`);
      else visit(path, stats);
    }
  };
  walk(readNames(fs, directory), '');
}
