import path from 'node:path';
import { isObject } from '../../engine/root/json-text.ts';
import type { ProfileView, SessionFacts, SessionLocation } from '../profile.ts';
import { own, readJson } from '../reading/bounded-json.ts';
import { namesIn } from '../reading/directories.ts';
import { textIn } from './documents.ts';
import { localMetadata, savedIdOf } from './local-storage.ts';
import { exportDirectories } from './places.ts';

/**
 * Every session: those in the root, saved (`sessions/`) and unsaved (`local/`), and those in an export that are not yet
 * in the root. Unsaved ones of an export share one file, so they are listed once they are migrated.
 */
export function sessionLocations(view: ProfileView): SessionLocation[] {
  const isSession = (name: string) => name.endsWith('.json') && !name.startsWith('.');
  const inRoot = ['sessions', 'local'].flatMap(directory =>
    namesIn(view, path.join(view.root, directory))
      .filter(isSession)
      .map(name => `${directory}/${name}`),
  );
  const locations: SessionLocation[] = inRoot.map(place => ({ path: place, legacy: false }));
  const seen = new Set(inRoot);
  for (const directory of exportDirectories(view)) {
    for (const container of ['sessions', 'local']) {
      for (const name of namesIn(view, path.join(directory, container)).filter(isSession)) {
        if (seen.has(`${container}/${name}`)) continue;
        seen.add(`${container}/${name}`);
        locations.push({ path: path.join(directory, container, name), legacy: true });
      }
    }
  }
  return locations;
}

/**
 * A saved session as the database has it, or an unsaved one as the browser has it. The id of an unsaved one is its key
 * there, so that it is not taken for the saved session of which it has later edits.
 *
 * @throws when it is neither, with a reason for people
 */
export function readSession(file: string, bytes: Buffer): SessionFacts {
  const json = readJson(bytes);
  if ('kind' in json) throw new Error(`Not a session: ${json.problem}.`);
  const session = json.value;
  if (!isObject(session)) throw new Error('Not a session: it does not hold an object.');
  const metadata = own(session, 'metadata');
  if (!isObject(metadata)) throw new Error('Not a session: it has no metadata.');
  const name = path.basename(file, '.json');
  const isLocal = savedIdOf(name) !== undefined && own(session, 'id') === undefined;
  return isLocal ? localSession(name, session) : savedSession(textIn(session, 'id') ?? name, session);
}

function savedSession(id: string, session: Record<string, unknown>): SessionFacts {
  const metadata = own(session, 'metadata');
  const createdAt = timeOf(textIn(metadata, 'created_at'));
  const updatedAt = timeOf(textIn(metadata, 'updated_at')) ?? createdAt;
  return {
    id,
    title: textIn(metadata, 'title') || 'Untitled',
    description: textIn(metadata, 'description') ?? '',
    owner: textIn(session, 'owner_id') ?? '',
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

function localSession(key: string, session: Record<string, unknown>): SessionFacts {
  const { title, description = '', times } = localMetadata(session);
  const written = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
  const createdAt = written(times.createdAt);
  const updatedAt = written(times.lastModifiedMs ?? times.updatedAt);
  return {
    id: key,
    title: title || 'Untitled',
    description,
    owner: '',
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

/** The database has UTC, with or without a zone. */
function timeOf(text: string | undefined): string | undefined {
  const [, day, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text ?? '') ?? [];
  if (!day) return undefined;
  const date = new Date(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
