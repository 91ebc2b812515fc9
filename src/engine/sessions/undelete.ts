import path from 'node:path';
import type { Session } from '../../protocol/sessions.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { adopt } from '../vault/adopt.ts';
import { changeSession } from './change.ts';
import { shaped } from './given.ts';
import { findWithDeleted } from './history.ts';
import { showSession } from './show.ts';
import { encodeWords } from './words.ts';

/**
 * Brings back a session that was deleted, by whomever, as it was last captured.
 *
 * @throws NOT_FOUND, CONFLICT when it is there, CORRUPT when its content is lost
 */
export async function undeleteSession(context: Context, reference: string, work: Work): Promise<Session> {
  const { place, deleted } = findWithDeleted(context, reference);
  if (!deleted) {
    throw new HoldfastError('CONFLICT', 'This session is not deleted.', {
      path: place.location,
      hint: 'An older version of it comes back with: holdfast session revert',
    });
  }
  await changeSession(context, place, work, async ({ commit, sink, live, store }) => {
    if (live) return;
    const { title, description, owner, template, sessionCreatedAt, createdAt } = deleted;
    const id = path.posix.basename(place.location);
    const said = { id, title, description, owner, template, createdAt: sessionCreatedAt ?? createdAt };
    const words = place.native ? encodeWords(context, said) : undefined;
    await adopt(store, deleted.tree, new Pace(work));
    await commit('undelete', deleted.version, shaped(place, deleted.tree, sink), words);
  });
  appendLog(context, { action: 'session.undelete', target: path.posix.basename(place.location) });
  return showSession(context, place.location);
}
