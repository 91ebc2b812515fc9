import { type Context, vaultPath } from '../context.ts';
import { resolveReference } from '../id.ts';
import { pathsBeingRemoved } from '../placement/recover.ts';
import { changedAt, lookAt, type SessionLook } from './look.ts';
import { readLooks, writeLooks } from './look-cache.ts';
import { nativePlace, type SessionPlace, sessionPlaces, wordsFile } from './places.ts';

/** A session as it lies there, without its history. */
export interface LocatedSession {
  place: SessionPlace;
  look: SessionLook;
}

/** Below this many newly read sessions the next listing reads them again rather than have a reader write. */
const worthKeeping = 200;
/** Milliseconds: a file written so shortly before it was read could be written again without its time telling. */
const unsettled = 3000;

/** All sessions. One that cannot be read is there too, with the reason, and its bytes are kept. */
export function collectSessions(context: Context): LocatedSession[] {
  const known = readLooks(context);
  let fresh = 0;
  const located: LocatedSession[] = [];
  for (const place of sessionPlaces(context)) {
    const before = known.get(place.location);
    const look = lookAt(context, place, before);
    if (!look) continue;
    if (look !== before) fresh++;
    located.push({ place, look });
  }
  if (fresh >= worthKeeping && context.ports.fs.existsSync(vaultPath(context, 'cache'))) keep(context, located);
  return located;
}

/** All but those that somebody is deleting, or died deleting: half of one is no broken session. */
export function lastingSessions(context: Context): LocatedSession[] {
  const all = collectSessions(context);
  if (all.every(({ look }) => look.broken === undefined)) return all;
  const going = pathsBeingRemoved(context);
  return all.filter(({ place, look }) => look.broken === undefined || !going.has(`${place.location}/${wordsFile}`));
}

function keep(context: Context, located: readonly LocatedSession[]): void {
  const settled = context.ports.now().getTime() - unsettled;
  const looks = located.filter(({ look }) => changedAt(look.seen) < settled && look.broken === undefined);
  writeLooks(context, new Map(looks.map(({ place, look }) => [place.location, look])));
}

/**
 * The one session that `reference` names: an id, a unique prefix of one, `latest`, a title, or where it lies.
 *
 * @throws NOT_FOUND, AMBIGUOUS
 */
export function findSession(context: Context, reference: string): LocatedSession {
  if (/^[a-z2-7]{20}$/.test(reference)) {
    const place = nativePlace(reference);
    const look = lookAt(context, place);
    if (look) return { place, look };
  }
  const located = collectSessions(context);
  const byPlace = located.find(({ place }) => place.location === reference);
  if (byPlace) return byPlace;
  const named = located.map(one => {
    const { id, title, createdAt } = one.look.facts;
    return { id, title, createdAt, one };
  });
  const same = named.filter(({ id }) => id === reference);
  if (same.length > 1)
    return resolveReference(
      'session',
      reference,
      same.map(found => ({ ...found, id: found.one.place.location, title: reference })),
    ).one;
  return resolveReference('session', reference, named).one;
}
