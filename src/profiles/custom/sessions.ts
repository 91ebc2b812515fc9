import path from 'node:path';
import { vaultName } from '../../engine/context.ts';
import { areaOf } from '../../engine/root/areas.ts';
import { isObject } from '../../engine/root/json-text.ts';
import { walkFiles } from '../../engine/root/walk-files.ts';
import type { Profile, ProfileView, SessionFacts, SessionLocation } from '../profile.ts';
import { own, readPythonJson, withoutMark } from '../reading/bounded-json.ts';
import { isThere, leadsNowhere } from '../reading/directories.ts';
import { globMatcher } from './globs.ts';
import type { CustomProfile } from './schema.ts';

type Sessions = NonNullable<CustomProfile['sessions']>;

/**
 * The sessions in the root, and those in legacy places that would become sessions there. Titles are shown, so nothing
 * of a secret area is a session.
 */
export function sessionLocations(view: ProfileView, profile: Profile, sessions: Sessions): SessionLocation[] {
  const fits = globMatcher(sessions.files);
  const isSession = (inside: string) => fits(inside) && !areaOf(profile, inside)?.secret;
  const locations: SessionLocation[] = [];
  try {
    const isVault = (inside: string) => inside === vaultName;
    walkFiles(
      view.fs,
      view.root,
      inside => isSession(inside) && locations.push({ path: inside, legacy: false }),
      isVault,
    );
  } catch (error) {
    if (!leadsNowhere(error)) throw error;
  }
  for (const { source, target } of profile.legacySources(view).flatMap(({ entries }) => entries)) {
    if (isSession(target) && !isThere(view, path.join(view.root, target))) {
      locations.push({ path: source, legacy: true });
    }
  }
  return locations;
}

/** @throws when the bytes are not a JSON object; the reason holds nothing of them */
export function readSession(sessions: Sessions, file: string, bytes: Buffer): SessionFacts {
  const value = objectFrom(bytes);
  const at = (keys: readonly string[] | undefined) => (keys ?? []).reduce<unknown>(own, keys ? value : undefined);
  const text = (keys: readonly string[] | undefined) => {
    const found = at(keys);
    return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
  };
  const name = path.basename(file);
  const createdAt = timeFrom(at(sessions.createdAt));
  const updatedAt = timeFrom(at(sessions.updatedAt));
  return {
    id: text(sessions.id) || path.basename(name, path.extname(name)),
    title: text(sessions.title) || name,
    description: text(sessions.description),
    owner: text(sessions.owner),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

/** Programs in Python write NaN, those on Windows a byte order mark: neither makes a session unreadable. */
function objectFrom(bytes: Buffer): Record<string, unknown> {
  const json = readPythonJson(withoutMark(bytes));
  if ('kind' in json) throw new Error(`Not a session: ${json.problem}.`);
  if (!isObject(json.value)) throw new Error('Not a session: it is not an object.');
  return json.value;
}

const written = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?([Zz]|[+-]\d{2}:?\d{2})?)?$/;
/** Seconds since 1970 stay below this for three thousand years; milliseconds exceed it since 1973. */
const mostSeconds = 1e11;

/** RFC 3339, from a time as programs write it: a text, or seconds or milliseconds since 1970. */
function timeFrom(value: unknown): string | undefined {
  let date: Date | undefined;
  if (typeof value === 'number') date = new Date(Math.abs(value) < mostSeconds ? value * 1000 : value);
  else if (typeof value === 'string') {
    const [, day, time = '00:00', zone = 'Z'] = written.exec(value.trim()) ?? [];
    if (day) date = new Date(`${day}T${time}${zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  }
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
