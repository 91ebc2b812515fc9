import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { readNames } from '../read-directory.ts';

/**
 * What a directory looks like from outside: names, sizes, times and identities of everything below it, as one digest.
 * Nothing is opened. Two that are equal mean that nothing changed, as far as `lstat` tells.
 *
 * @param ignored takes paths relative to the root
 * @throws CANCELLED
 */
export async function fingerprint(
  { ports: { fs }, root }: Pick<Context, 'ports' | 'root'>,
  ignored: (path: string) => boolean,
  work: Work,
): Promise<string> {
  const pace = new Pace(work);
  const hash = createHash('sha256');
  const waiting = [''];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const name of namesIn(directory)) {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (ignored(path)) continue;
      try {
        const stats = fs.lstatSync(systemPath(`${root}/${path}`));
        hash.update(`${path}\0${stats.ino} ${stats.mode} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}\0`);
        if (stats.isDirectory()) waiting.push(path);
      } catch (error) {
        hash.update(`${path}\0${systemCode(error)}\0`);
      }
      if (pace.due()) await pace.breathe();
    }
  }
  return hash.digest('hex');

  function namesIn(directory: string): string[] {
    try {
      return readNames(fs, directory === '' ? root : `${root}/${directory}`);
    } catch (error) {
      hash.update(`${directory}\0${systemCode(error)}\0`);
      return [];
    }
  }
}
