import { type Context, vaultName } from '../context.ts';
import { isWithin } from '../names.ts';
import { profileView } from '../profile-view.ts';
import { somewhere } from '../watch/notifier.ts';
import { nativeDirectory, nativePlace, type SessionPlace, sessionPlaces } from './places.ts';

/** The sessions in the root that lie at any of these paths, below or above it; all of them for `.`. */
export function placesAt(context: Context, paths: readonly string[]): SessionPlace[] {
  if (paths.includes(somewhere)) return sessionPlaces(context).filter(({ legacy }) => !legacy);
  const own = new RegExp(`^${nativeDirectory}/([a-z2-7]{20})(/|$)`);
  const ids = new Set<string>();
  const others = new Set<string>();
  for (const path of paths) {
    const [, id] = own.exec(path) ?? [];
    if (id !== undefined) ids.add(id);
    else if (!isWithin(path, vaultName)) others.add(path);
  }
  const native = [...ids].map(nativePlace);
  if (others.size === 0) return native;
  const ofProfile = context.profile
    .sessionLocations(profileView(context))
    .filter(({ path, legacy }) => !legacy && ancestors(path).some(one => others.has(one)))
    .map(({ path }) => ({ location: path, content: path, native: false, legacy: false }));
  return [...native, ...ofProfile];
}

/** A path and the directories that it lies in, below the root. */
function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
