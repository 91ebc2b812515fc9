import type { Session } from '../../protocol/sessions.ts';
import type { Context } from '../context.ts';
import { HoldfastError, systemCode } from '../errors.ts';
import { systemPath } from '../names.ts';
import { findSession } from './collect.ts';
import { describeSession } from './describe.ts';
import { sessionFile } from './files.ts';

/**
 * One session by id, prefix of an id, title, `latest`, or where it lies.
 *
 * @throws NOT_FOUND, AMBIGUOUS
 */
export async function showSession(context: Context, reference: string): Promise<Session> {
  return describeSession(context, findSession(context, reference));
}

/**
 * The bytes of a session as they lie on disk, broken or not.
 *
 * @param file which file of a session that has several
 * @throws NOT_FOUND, AMBIGUOUS, USAGE, UNREADABLE
 */
export async function readSession(context: Context, reference: string, file?: string): Promise<Buffer> {
  const located = findSession(context, reference);
  const at = await sessionFile(context, located, file);
  try {
    return context.ports.fs.readFileSync(systemPath(at));
  } catch (error) {
    throw new HoldfastError(
      'UNREADABLE',
      `The session "${located.look.facts.title}" cannot be read (${systemCode(error)}).`,
      {
        path: at,
        hint: 'Check the owner and mode of this file.',
        cause: error,
      },
    );
  }
}
