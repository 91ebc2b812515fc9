import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import type { Work } from '../ports.ts';
import { changeSession, checkExpected, type Expected } from './change.ts';
import { findSession } from './collect.ts';
import { removeLive } from './put-live.ts';
import { recordVersion } from './record-version.ts';

/**
 * Takes a session out of the root. All its versions stay, and `undeleteSession` brings it back, until retention.
 *
 * @param expected the version that is meant to go; absent: whatever there is
 * @throws NOT_FOUND, AMBIGUOUS, VERSION_CONFLICT, CONFLICT for a legacy one, LOCKED
 */
export async function deleteSession(
  context: Context,
  reference: string,
  work: Work,
  expected?: Expected,
): Promise<{ deleted: string; version: number }> {
  const { place, look } = findSession(context, reference);
  const version = await changeSession(context, place, work, async change => {
    const { latest, store } = change;
    checkExpected(change, expected);
    if (!latest) throw new HoldfastError('NOT_FOUND', 'The session vanished meanwhile.', { path: place.location });
    await removeLive(context, place, store, work);
    // Its words are gone with it; those of now come back, not those of the newest version.
    const { title, description } = look.facts;
    const before = { ...latest, title, description };
    return recordVersion(context, place, latest, { action: 'delete', from: latest.version }, before, store).version;
  });
  appendLog(context, { action: 'session.delete', target: look.facts.id, details: { location: place.location } });
  return { deleted: look.facts.id, version };
}
