import path from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Context } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { profileView } from '../profile-view.ts';
import { readNames } from '../read-directory.ts';

/** Where one session lies. */
export interface SessionPlace {
  /** Of the session: root-relative, or absolute for a legacy one. Names its history. */
  location: string;
  /** The file or directory that holds its content: root-relative, or absolute for a legacy one. */
  content: string;
  /** Made by Holdfast, with its words in `session.json`; else the application's own. */
  native: boolean;
  legacy: boolean;
}

export const nativeDirectory = 'sessions';
export const wordsFile = 'session.json';
const contentDirectory = 'content';

export function nativePlace(id: string): SessionPlace {
  const location = `${nativeDirectory}/${id}`;
  return { location, content: `${location}/${contentDirectory}`, native: true, legacy: false };
}

/** Every session that there may be: those of Holdfast, then what the profile calls one. */
export function sessionPlaces(context: Context): SessionPlace[] {
  const view = profileView(context);
  const ofProfile = context.profile
    .sessionLocations(view)
    // A link that a migration left: the session is listed where it is now.
    .filter(({ path: location, legacy }) => !legacy || !leadsIntoRoot(view, location))
    .map(({ path: location, legacy }) => ({ location, content: location, native: false, legacy }));
  const native = nativeIds(context).map(nativePlace);
  const taken = new Set(native.map(({ location }) => location));
  return [...native, ...ofProfile.filter(({ location }) => !taken.has(location))];
}

function nativeIds(context: Context): string[] {
  const directory = path.join(context.root, nativeDirectory);
  try {
    return readNames(context.ports.fs, directory).filter(name => /^[a-z2-7]{20}$/.test(name));
  } catch (error) {
    if (isAbsent(error)) return [];
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}

export function absoluteContent(context: Pick<Context, 'root'>, place: SessionPlace): string {
  return place.legacy ? place.content : path.join(context.root, place.content);
}

/** Where a session lies, from its location in the root: also one that is not there any more. */
export function placeAt(location: string): SessionPlace {
  const [, id] = new RegExp(`^${nativeDirectory}/([a-z2-7]{20})$`).exec(location) ?? [];
  return id === undefined ? { location, content: location, native: false, legacy: false } : nativePlace(id);
}
