import { posix } from 'node:path';
import { isInsidePath } from '../names.ts';

/**
 * A file with several names (hard links) is an entry for each. All but the first, in the order of the trees, say in
 * `sameAs` which that is, by its path from the directory that they are in: so a directory that is moved or copied with all
 * names of a file in it stays the same tree. An entry needs no other one to be read.
 */

/** Whether a text can be a `sameAs`: up some directories, then down to a name. */
export function isRelativePath(text: string): boolean {
  return isInsidePath(text.replace(/^(\.\.\/)+/, ''));
}

/** How the name at `path` says that it is one of the file at `first`; both below the same directory. */
export function sameAsOf(path: string, first: string): string {
  return posix.relative(posix.dirname(`/${path}`), `/${first}`);
}

/** Where the first name lies; `undefined` for a file that names no other one, or one that cannot be in the same snapshot. */
export function firstName(path: string, { sameAs }: { sameAs?: string | undefined }): string | undefined {
  if (sameAs === undefined) return undefined;
  const first = posix.join(posix.dirname(path), sameAs);
  return first.startsWith('../') || first === path ? undefined : first;
}
