import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { specialKind } from '../../engine/read-directory.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { leadsIntoRoot, realPath } from '../reading/directories.ts';
import { type Destination, gather } from '../reading/gather.ts';
import { backupDirectories, backupSource, isBackupName } from './backups.ts';
import { documentedSessions, joinDocumented } from './documented.ts';
import { placeWarnings } from './place-warnings.ts';
import { type DataPlace, dataPlaces, isInside, slugOf, tokenStores } from './places.ts';
import { tokenWarnings } from './tokens.ts';

/**
 * Where the state of doco (gofr-doc) lies besides the root: its data directories, the token stores in `logs/`, and its
 * backups, which stay outside. In the root everything lies as the program has it, so that its variable can name the root.
 */
export function legacySources(view: ProfileView): LegacySource[] {
  const places = dataPlaces(view);
  const backups = backupDirectories(view, places);
  const claimed = new Set([...places.map(place => place.path), ...backups, view.root].map(one => realPath(view, one)));
  const sources = places.map(place =>
    place.isRoot ? rootSource(view, place) : placeSource(view, place, without(claimed, realPath(view, place.path))),
  );
  const stores = tokenSource(view, places);
  if (stores) sources.push(stores);
  sources.push(...backups.map(directory => backupSource(view, directory)));
  return sources.filter(source => source.entries.length > 0 || source.omitted.length > 0);
}

function without(places: ReadonlySet<string>, one: string): Set<string> {
  return new Set([...places].filter(place => place !== one));
}

/** What lies in the root already, and in a shape that the program does not read. */
function rootSource(view: ProfileView, place: DataPlace): LegacySource {
  const source = emptySource(view, 'Documented sessions in the root', place.path);
  for (const session of documentedSessions(view, place)) {
    const { entry, warnings } = joinDocumented(view, place, session);
    if (entry) source.entries.push(entry);
    source.warnings.push(...warnings);
  }
  return source;
}

function placeSource(view: ProfileView, place: DataPlace, claimed: ReadonlySet<string>): LegacySource {
  const source = emptySource(view, place.title, place.path);
  if (isInside(realPath(view, view.workspace), realPath(view, place.path))) {
    const reason = 'It holds the workspace itself. Name what to take with --from.';
    source.omitted.push({ path: source.id, reason });
    return source;
  }
  const found = gather({
    view,
    directory: place.path,
    destination: at => destinationOf(place, at),
    claimed,
    leaveOut: at => (at === vaultName ? 'The vault of another root; its snapshots stay there.' : undefined),
  });
  const used = new Set<string>();
  for (const session of documentedSessions(view, place)) {
    const joined = joinDocumented(view, place, session);
    if (joined.entry) source.entries.push(joined.entry);
    for (const file of joined.used) used.add(path.normalize(file));
    source.warnings.push(...joined.warnings);
  }
  const omit = (entry: LegacyEntry, reason: string) =>
    found.omitted.push({ path: shownPath(view.workspace, entry.source), reason });
  for (const entry of found.entries) {
    const name = path.posix.basename(entry.target);
    if (name === '.prune_size.lock')
      omit(entry, 'A lock that a prune left behind: it would only keep the next one waiting.');
    else if (isBackupName(name)) omit(entry, 'A backup of the program: backups stay outside the root.');
    else if (!used.has(path.normalize(entry.source))) source.entries.push(entry);
  }
  source.omitted.push(...found.omitted);
  return lazily(source, () => placeWarnings(view, place, source.entries));
}

/** Reads contents only for those who look at the warnings: a plan, and not every look at the status. */
function lazily(source: LegacySource, further: () => LegacySource['warnings']): LegacySource {
  const known = source.warnings;
  let all: LegacySource['warnings'] | undefined;
  return {
    ...source,
    get warnings() {
      all ??= [...known, ...further()];
      return all;
    },
  };
}

function emptySource(view: ProfileView, title: string, place: string): LegacySource {
  return { id: shownPath(view.workspace, place), title, path: place, entries: [], omitted: [], warnings: [] };
}

const known = new Set([
  'sessions',
  'storage',
  'auth',
  'images',
  'templates',
  'fragments',
  'styles',
  'docs',
  'releases',
]);

function destinationOf({ prefix, part }: DataPlace, at: string): Destination {
  const target = prefix + part + at;
  if (/(?:\.tmp|\.bak|\.swp|~)$/.test(at))
    return { target, note: 'Left over from an interrupted save or an editor; kept.' };
  if (part === '' && !known.has(at.split('/')[0]!))
    return { target, note: 'Not known to the profile; kept under the same name.' };
  if (/^sessions\/(?!.*\.json$)[^/]+$/.test(at)) return { target, note: 'Not a session file; kept.' };
  return { target };
}

/** Token stores outside the data directories. Those in `logs/` have names of their own; others get a directory. */
function tokenSource(view: ProfileView, places: readonly DataPlace[]): LegacySource | undefined {
  const root = realPath(view, view.root);
  const logs = path.join(view.workspace, 'logs');
  const source = emptySource(view, 'Token stores', logs);
  for (const store of tokenStores(view)) {
    const directory = realPath(view, path.dirname(store));
    const shown = shownPath(view.workspace, store);
    const omit = (reason: string) => source.omitted.push({ path: shown, reason });
    // With the data directory that it lies in, the root being one.
    if ([root, ...places.map(place => realPath(view, place.path))].some(one => isInside(directory, one))) continue;
    try {
      const stats = view.fs.lstatSync(systemPath(store));
      const special = specialKind(stats);
      if (special) omit(`It is ${special}, not a file with contents.`);
      else if (stats.isSymbolicLink() && leadsIntoRoot(view, store)) omit('A link into the root.');
      else {
        const name = path.basename(store);
        const own =
          directory === realPath(view, logs) ? '' : `${slugOf(shownPath(view.workspace, path.dirname(store)), [])}/`;
        source.entries.push({ source: store, target: `auth/${own}${name}` });
      }
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      omit(`It cannot be read (${code}).`);
    }
  }
  if (source.entries.length === 0 && source.omitted.length === 0) return undefined;
  return lazily(source, () => source.entries.flatMap(entry => tokenWarnings(view, entry.source)));
}
