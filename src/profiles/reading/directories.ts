import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { readNames } from '../../engine/read-directory.ts';
import type { ProfileView } from '../profile.ts';

/** What the path leads to, where it exists. */
export function realPath({ fs }: Pick<ProfileView, 'fs'>, given: string): string {
  try {
    return fs.realpathSync(given);
  } catch (error) {
    if (isAbsent(error)) return path.resolve(given);
    throw error;
  }
}

/** The names in a directory; none when it does not exist. */
export function namesIn({ fs }: Pick<ProfileView, 'fs'>, directory: string): string[] {
  try {
    return readNames(fs, directory);
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** Whether something has this name, a link that leads nowhere too. */
export function isThere({ fs }: Pick<ProfileView, 'fs'>, place: string): boolean {
  try {
    fs.lstatSync(systemPath(place));
    return true;
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** Whether a link leads to the root or into it, as one that a migration left in place of what it moved. */
export function leadsIntoRoot(view: ProfileView, link: string): boolean {
  try {
    const real = view.fs.realpathSync(systemPath(link));
    const root = realPath(view, view.root);
    return real === root || real.startsWith(root + path.sep);
  } catch {
    // It leads nowhere, so not into the root.
    return false;
  }
}
