import path from 'node:path';
import { EditSession, type Session } from '../../protocol/sessions.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { writeDurably } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import type { Work } from '../ports.ts';
import { changeSession, checkExpected, type Expected } from './change.ts';
import { findSession } from './collect.ts';
import { checkedWords } from './create.ts';
import { showSession } from './show.ts';
import { encodeWords, readWords, wordsPath } from './words.ts';

/**
 * Gives a session another title or description. No version: its content stays as it is.
 *
 * @param expected the version that whoever edits has seen; absent: whatever there is
 * @throws VERSION_CONFLICT, CONFLICT for a session whose words are in the application's own file, USAGE for words that are too long
 */
export async function editSession(
  context: Context,
  reference: string,
  edit: EditSession,
  work: Work,
  expected?: Expected,
): Promise<Session> {
  const { place } = findSession(context, reference);
  const { title, description } = checkedWords(EditSession, edit);
  if (!place.native) {
    throw new HoldfastError('CONFLICT', 'The application keeps the words of this session in its own file.', {
      path: place.location,
      hint: 'Change them there, or in the application.',
    });
  }
  await changeSession(context, place, work, async change => {
    checkExpected(change, expected);
    const id = path.posix.basename(place.location);
    const before = readWords(context, id);
    const after = { ...before, title: title ?? before.title, description: description ?? before.description };
    writeDurably(context.ports, wordsPath(context, id), encodeWords(context, after), 0o644);
  });
  appendLog(context, { action: 'session.edit', target: place.location });
  return showSession(context, place.location);
}
