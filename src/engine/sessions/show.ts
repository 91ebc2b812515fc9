import type { Session } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { resolveReference } from '../id.ts';
import { collectSessions, type LocatedSession, sessionBytes } from './collect.ts';

/**
 * One session by id, prefix of an id, title or `latest`.
 *
 * @throws NOT_FOUND, AMBIGUOUS
 */
export function showSession(context: Context, reference: string): Session {
  return find(context, reference).session;
}

/**
 * The bytes of a session as they lie on disk, broken or not.
 *
 * @throws NOT_FOUND, AMBIGUOUS, UNREADABLE
 */
export function readSession(context: Context, reference: string): Buffer {
  return sessionBytes(context, find(context, reference));
}

function find(context: Context, reference: string): LocatedSession {
  const located = collectSessions(context);
  const found = resolveReference(
    'session',
    reference,
    located.map(({ session, file }) => ({ ...session, file })),
  );
  return located.find(({ file }) => file === found.file)!;
}
