import type { Session } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import type { Work } from '../ports.ts';
import { changeSession, checkExpected, type Expected } from './change.ts';
import { findSession } from './collect.ts';
import { type Given, givenContent } from './given.ts';
import { showSession } from './show.ts';

/**
 * Gives a session new content, as its next version. Equal content makes no version.
 *
 * @param expected the version that the new content was made from; absent: overwrites whatever there is, which stays in
 * the history
 * @throws VERSION_CONFLICT with both versions, NOT_FOUND, CONTENT_TOO_LARGE, CONFLICT, LOCKED; then nothing was changed
 */
export async function updateSession(
  context: Context,
  reference: string,
  given: Given,
  expected: Expected | undefined,
  work: Work,
): Promise<Session> {
  const { place } = findSession(context, reference);
  return changeSession(context, place, work, async change => {
    const from = checkExpected(change, expected);
    const { live, sink } = change;
    const content = await givenContent({ context, place, live, sink }, given, work);
    const { version, contentHash } = await change.commit('update', from, content);
    // What was made, also when others write again before it is looked at: the next change is made from this.
    return { ...(await showSession(context, place.location)), version, contentHash };
  });
}
