import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { contains, nameFromBytes, systemPath } from '../../engine/names.ts';
import { readNames } from '../../engine/read-directory.ts';
import type { ProfileView } from '../profile.ts';

/** Whether there is nothing at a path: it does not exist, would lie below a file, or is a link that leads to itself. */
export function leadsNowhere(error: unknown): boolean {
  return isAbsent(error) || ['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '');
}

/** Whether a path is a directory, or a link that leads to one. */
export function isDirectory({ fs }: Pick<ProfileView, 'fs'>, place: string): boolean {
  try {
    return fs.statSync(systemPath(place)).isDirectory();
  } catch (error) {
    if (leadsNowhere(error)) return false;
    throw error;
  }
}

/** What the path leads to, where it exists. */
export function realPath({ fs }: Pick<ProfileView, 'fs'>, given: string): string {
  try {
    return fs.realpathSync(given);
  } catch (error) {
    if (leadsNowhere(error)) return path.resolve(given);
    throw error;
  }
}

/** The names in a directory; none when it does not exist. */
export function namesIn({ fs }: Pick<ProfileView, 'fs'>, directory: string): string[] {
  try {
    return readNames(fs, directory);
  } catch (error) {
    if (leadsNowhere(error)) return [];
    throw error;
  }
}

/** Whether something has this name, a link that leads nowhere too. */
export function isThere({ fs }: Pick<ProfileView, 'fs'>, place: string): boolean {
  try {
    fs.lstatSync(systemPath(place));
    return true;
  } catch (error) {
    if (leadsNowhere(error)) return false;
    throw error;
  }
}

/**
 * Whether a place outside the root is, by a link at it or above it, in truth the root or inside it: a migration leaves such
 * links in place of what it moved.
 */
export function leadsIntoRoot({ fs, root }: Pick<ProfileView, 'fs' | 'root'>, place: string): boolean {
  if (contains(root, place)) return false;
  const roots = [root, realPath({ fs }, root)];
  const isInside = (real: string) => roots.some(one => contains(one, real));
  try {
    // By its text too: what a path with bytes that are not UTF-8 leads to, the system does not tell.
    const text = nameFromBytes(fs.readlinkSync(systemPath(place), { encoding: 'buffer' }));
    if (isInside(path.resolve(path.dirname(place), text))) return true;
  } catch {
    // It is no link itself; one above it may be.
  }
  try {
    return isInside(fs.realpathSync(systemPath(place)));
  } catch {
    const above = path.dirname(place);
    return above !== place && leadsIntoRoot({ fs, root }, above);
  }
}
