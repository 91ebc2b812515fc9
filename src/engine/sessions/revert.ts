import { RevertSession, type Session } from '../../protocol/sessions.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { adopt } from '../vault/adopt.ts';
import { changeSession, checkExpected, type Expected } from './change.ts';
import { findSession } from './collect.ts';
import { shaped } from './given.ts';
import { showSession } from './show.ts';
import { readVersion, sessionKey } from './versions.ts';

/**
 * Makes an older version the content again, as a new version: what came between stays in the history.
 *
 * @param expected the version that is to be replaced, in place of `expectVersion`; absent: whatever there is
 * @throws NOT_FOUND (no such session or version), VERSION_CONFLICT, CORRUPT, LOCKED
 */
export async function revertSession(
  context: Context,
  reference: string,
  input: RevertSession,
  work: Work,
  expected?: Expected,
): Promise<Session> {
  const { version, expectVersion } = RevertSession.parse(input);
  const { place, look } = findSession(context, reference);
  const session = await changeSession(context, place, work, async change => {
    checkExpected(change, expected ?? expectVersion);
    const { tree } = readVersion(context, sessionKey(place.location), version);
    await adopt(change.store, tree, new Pace(work));
    const made = await change.commit('revert', version, shaped(place, tree, change.sink));
    return { ...(await showSession(context, place.location)), version: made.version, contentHash: made.contentHash };
  });
  appendLog(context, { action: 'session.revert', target: look.facts.id, details: { version } });
  return session;
}
