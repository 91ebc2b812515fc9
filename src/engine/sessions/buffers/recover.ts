import { RecoverSession, type Session } from '../../../protocol/sessions.ts';
import { appendLog } from '../../audit/log.ts';
import type { Context } from '../../context.ts';
import { HoldfastError } from '../../errors.ts';
import type { Work } from '../../ports.ts';
import { changeSession, checkExpected } from '../change.ts';
import { findSession } from '../collect.ts';
import { givenContent } from '../given.ts';
import { mergeSession } from '../merge.ts';
import { showSession } from '../show.ts';
import { removeBuffer } from './discard.ts';
import { findBuffer } from './find.ts';
import { type Journal, readJournal } from './journal.ts';
import { baseText, byteOrderMark, textAfter } from './text.ts';

/**
 * Makes unsaved edits the next version of their session, and gives the buffer up. Where the session holds just what
 * they make of it, at whatever version, only the buffer goes.
 *
 * @param reference names the session, or the buffer itself
 * @throws VERSION_CONFLICT when the session went on since they were typed; CONFLICT with what cannot be merged;
 * AMBIGUOUS, NOT_FOUND, CORRUPT; then the buffer stays
 */
export async function recoverSession(
  context: Context,
  reference: string,
  input: RecoverSession,
  work: Work,
): Promise<Session> {
  const { bufferId, expectVersion, merge } = RecoverSession.parse(input);
  const buffer = findBuffer(context, reference, bufferId);
  const journal = readJournal(context.ports, buffer.path);
  const { location, file, base } = journal.header;
  const { place } = findSession(context, location);
  const given = { bytes: await bytesOf(context, journal), file: file === '' ? undefined : file };
  if (merge) await mergeSession(context, location, { from: given, base }, work);
  else
    await changeSession(context, place, work, async change => {
      const { live, latest, sink } = change;
      const content = await givenContent({ context, place, live, sink }, given, work);
      // It may lie there already, as where an earlier run was killed: then it has become a version by now.
      if (!live || latest?.contentHash !== content.contentHash) checkExpected(change, expectVersion ?? base);
      await change.commit('recover', base, content);
    });
  removeBuffer(context, buffer);
  appendLog(context, { action: 'session.recover', target: location, details: { base, merge } });
  return showSession(context, location);
}

/** The bytes that saving would have written. @throws as above */
export async function readBuffer(context: Context, reference: string, bufferId?: string): Promise<Buffer> {
  return bytesOf(context, readJournal(context.ports, findBuffer(context, reference, bufferId).path));
}

/** Editors hide a byte order mark; it stays in the file. */
async function bytesOf(context: Context, journal: Journal): Promise<Buffer> {
  const text = await textAfter(context, journal);
  const marked = await isMarked(context, journal);
  return Buffer.from(marked && !text.startsWith(byteOrderMark) ? byteOrderMark + text : text);
}

async function isMarked(context: Context, { header }: Journal): Promise<boolean> {
  try {
    return (await baseText(context, header)).marked;
  } catch (error) {
    // The buffer has its whole text; what it was typed over is gone.
    if (header.text !== undefined && HoldfastError.is(error, 'NOT_FOUND')) return false;
    throw error;
  }
}
