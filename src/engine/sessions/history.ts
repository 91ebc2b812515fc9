import type { SessionHistory } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { findSession } from './collect.ts';
import { describeSession } from './describe.ts';
import { lookAt } from './look.ts';
import { placeAt, type SessionPlace } from './places.ts';
import {
  historyKeys,
  latestVersion,
  readVersion,
  type StoredVersion,
  sessionKey,
  versionInfo,
  versionNumbers,
} from './versions.ts';

/**
 * Every version that is kept, newest first; of a deleted session too.
 *
 * @throws NOT_FOUND, AMBIGUOUS, CORRUPT naming the version that cannot be read
 */
export async function sessionHistory(context: Context, reference: string): Promise<SessionHistory> {
  const { place, deleted } = findWithDeleted(context, reference);
  const key = sessionKey(place.location);
  const versions = versionNumbers(context, key).map(number => versionInfo(readVersion(context, key, number)));
  const look = deleted ? undefined : lookAt(context, place);
  const session = look ? await describeSession(context, { place, look }) : null;
  return { session, versions: versions.reverse() };
}

/** A session, or one that is no longer there but has a history. */
export function findWithDeleted(
  context: Context,
  reference: string,
): { place: SessionPlace; deleted: StoredVersion | undefined } {
  try {
    return { place: findSession(context, reference).place, deleted: undefined };
  } catch (error) {
    if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
    const gone = deletedSessions(context).map(({ place, version }) => ({
      id: idOf(place),
      title: version.title,
      createdAt: version.createdAt,
      place,
      version,
    }));
    if (gone.length === 0) throw error;
    const { place, version } =
      gone.find(one => one.place.location === reference) ?? resolveReference('session', reference, gone);
    return { place, deleted: version };
  }
}

/** The sessions that have a history and no content any more, whoever removed it. */
export function deletedSessions(context: Context): { place: SessionPlace; version: StoredVersion }[] {
  return historyKeys(context).flatMap(key => {
    const version = newest(context, key);
    if (!version) return [];
    const place = placeAt(version.location);
    return lookAt(context, place) ? [] : [{ place, version }];
  });
}

function newest(context: Context, key: string): StoredVersion | undefined {
  try {
    return latestVersion(context, key);
  } catch (error) {
    // Said where that session is asked for; the others are not affected.
    if (HoldfastError.is(error, 'CORRUPT', 'NEWER_VERSION')) return undefined;
    throw error;
  }
}

function idOf({ location, native }: SessionPlace): string {
  const name = location.slice(location.lastIndexOf('/') + 1);
  return native ? name : name.replace(/\.[^.]*$/, '');
}
