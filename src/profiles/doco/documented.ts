import path from 'node:path';
import { systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, LegacySource, ProfileView } from '../profile.ts';
import { largest, own, readJson, UnusableDocument, usable } from '../reading/bounded-json.ts';
import { isThere, namesIn } from '../reading/directories.ts';
import { type DataPlace, sessionDirectoryId, sessionDirectoryParents } from './places.ts';
import { joinSession, naiveTime, sessionSchema, unassignedGroup } from './upgrade.ts';

const partNames = ['metadata.json', 'parameters.json', 'fragments.json'] as const;

export interface DocumentedSession {
  id: string;
  /** Absolute. */
  directory: string;
}

/** The directories `session_<uuid>/` of a data directory, which the documents describe. */
export function documentedSessions(view: ProfileView, { path: data, part }: DataPlace): DocumentedSession[] {
  if (part === 'images/') return [];
  const parents = part === 'storage/' ? [''] : sessionDirectoryParents;
  const found = new Map<string, DocumentedSession>();
  for (const parent of parents) {
    for (const name of namesIn(view, path.join(data, parent))) {
      const id = sessionDirectoryId(name);
      const directory = path.join(data, parent, name);
      if (id === undefined || found.has(id)) continue;
      // Not through a link: what it leads to is somebody else's.
      if (view.fs.lstatSync(systemPath(directory)).isDirectory()) found.set(id, { id, directory });
    }
  }
  return [...found.values()];
}

interface Joined {
  /** The session, or nothing when the parts stay as they are. */
  entry?: LegacyEntry;
  /** Files that are in the session, absolute. */
  used: Set<string>;
  warnings: LegacySource['warnings'];
}

/** One session out of the parts of a documented directory, or why not. */
export function joinDocumented(view: ProfileView, place: DataPlace, session: DocumentedSession): Joined {
  const { id, directory } = session;
  const shown = shownPath(view.workspace, directory);
  const real = path.join(place.path, 'sessions', `${id}.json`);
  const kept = (why: string): Joined => ({
    used: new Set(),
    warnings: [{ path: shown, message: `${why} The directory is kept as it is; the program does not read it.` }],
  });
  try {
    const parts = new Map<string, { file: string; bytes: Buffer; writtenAt: number }>();
    for (const name of partNames) {
      const file = path.join(directory, name);
      if (!isThere(view, file)) continue;
      const stats = view.fs.lstatSync(systemPath(file));
      if (!stats.isFile()) return kept(`${name} is not a regular file.`);
      if (stats.size > largest) return kept(`${name} is larger than 64 MiB.`);
      parts.set(name, { file, bytes: view.fs.readFileSync(systemPath(file)), writtenAt: stats.mtimeMs });
    }
    const metadata = parts.get('metadata.json');
    if (!metadata) return parts.size === 0 ? { used: new Set(), warnings: [] } : kept('It has no metadata.json.');
    const others = ['parameters.json', 'fragments.json'].filter(name => parts.has(name));
    const writtenAt = naiveTime(Math.max(...[...parts.values()].map(part => part.writtenAt)));
    const apply = (bytes: Buffer, given: readonly Buffer[]) =>
      joinSession({
        id,
        metadata: bytes,
        parameters: given[others.indexOf('parameters.json')],
        fragments: given[others.indexOf('fragments.json')],
        writtenAt,
      });
    const result = apply(
      metadata.bytes,
      others.map(name => parts.get(name)!.bytes),
    );
    if (isThere(view, real) && !(place.isRoot && holds(view, real, result)))
      return kept(`sessions/${id}.json is there too, and is the one that the program writes.`);
    const warnings: Joined['warnings'] = [];
    if (own(usable(readJson(metadata.bytes)).value, 'group') === undefined) {
      const message = `It names no group, which the program needs: it goes to "${unassignedGroup}", which no token opens. Write the right one into the session file.`;
      warnings.push({ path: shown, message });
    }
    for (const name of ['parameters.json', 'fragments.json'])
      if (!parts.has(name)) warnings.push({ path: shown, message: `It has no ${name}: the session has none.` });
    const upgrade = {
      schema: sessionSchema,
      ...(others.length > 0 ? { with: others.map(name => parts.get(name)!.file) } : {}),
      apply,
    };
    const target = `${place.prefix}sessions/${id}.json`;
    const note = `From the documented layout: ${[...parts.keys()].join(', ')} become one session file.`;
    const entry = { source: metadata.file, target, note, upgrade };
    return { entry, used: new Set([...parts.values()].map(part => part.file)), warnings };
  } catch (error) {
    if (error instanceof UnusableDocument) return kept(error.message);
    const code = systemCode(error);
    if (code === undefined) throw error;
    return kept(`It cannot be read (${code}).`);
  }
}

function holds({ fs }: ProfileView, file: string, bytes: Buffer): boolean {
  const stats = fs.lstatSync(systemPath(file));
  return stats.isFile() && stats.size === bytes.length && fs.readFileSync(systemPath(file)).equals(bytes);
}
