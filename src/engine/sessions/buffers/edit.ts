import { type BufferState, EditBuffer, type TextEdit } from '../../../protocol/sessions.ts';
import { type Context, requireRoot, vaultPath } from '../../context.ts';
import { removeQuietly } from '../../durable.ts';
import { HoldfastError, isAbsent } from '../../errors.ts';
import { newId } from '../../id.ts';
import { ownIdentity } from '../../lock.ts';
import { ensureVault } from '../../vault/vault-record.ts';
import { captureSession } from '../capture.ts';
import { refuseLegacy } from '../change.ts';
import { findSession } from '../collect.ts';
import { sessionKey, versionNumbers } from '../versions.ts';
import { appendBurst, type BufferHeader, type JournalEnd, journalEnd, readJournal, startJournal } from './journal.ts';
import { baseText, textAfter } from './text.ts';

/** A journal with so many bytes of edits begins anew, with the text as it is. */
const longest = 8 * 1024 * 1024;

/**
 * Keeps edits that are not saved yet, so that they survive a crash: durable when it returns. What it costs is what was
 * typed, not what the session holds.
 *
 * @throws CONFLICT when the edits do not fit what the buffer has: then send the whole `text`; NOT_FOUND, DISK_FULL
 */
export async function editBuffer(context: Context, reference: string, input: EditBuffer): Promise<BufferState> {
  requireRoot(context);
  const { bufferId, file = '', base, before, edits, text } = EditBuffer.parse(input);
  ensureVault(context);
  const { place } = findSession(context, reference);
  refuseLegacy(place);
  const { ports } = context;
  const id = bufferId ?? newId(ports);
  const path = vaultPath(context, 'buffers', sessionKey(place.location), `${id}.jsonl`);
  const at = ports.now().toISOString();
  const header = {
    buffer: 1 as const,
    id,
    location: place.location,
    file,
    base,
    ...ownIdentity(ports),
    user: ports.user,
    at,
  };
  const state = (end: JournalEnd) => ({ bufferId: id, length: end.length, bytes: end.bytes });
  if (text !== undefined) return state(startJournal(ports, path, { ...header, text, length: text.length }));
  let end = bufferId === undefined ? undefined : endOf(context, path);
  if (!end) {
    // What is being edited may have no version yet: some program wrote it a moment ago.
    if (!versionNumbers(context, sessionKey(place.location)).includes(base)) await captureSession(context, place, {});
    const start = await baseText(context, header);
    checkFit(path, start.text.length, before, edits);
    end = startJournal(ports, path, { ...header, length: start.text.length });
  }
  const length = checkFit(path, end.length, before, edits);
  if (edits.length === 0) return state(end);
  if (end.bytes > longest) end = await begunAnew(context, path, header);
  try {
    return state(appendBurst(ports, path, end, { at, length, edits }));
  } catch (error) {
    // Nobody learns of the buffer that was begun for these edits.
    if (bufferId === undefined) removeQuietly(ports.fs, path);
    throw error;
  }
}

function endOf({ ports }: Context, path: string): JournalEnd | undefined {
  try {
    return journalEnd(ports, path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The length of the text after the edits. */
function checkFit(path: string, length: number, before: number, edits: readonly TextEdit[]): number {
  let after = length;
  let fits = length === before;
  for (const edit of edits) {
    fits &&= edit.offset + edit.length <= after;
    after += edit.text.length - edit.length;
  }
  if (fits) return after;
  throw new HoldfastError('CONFLICT', 'These edits do not follow those that the recovery buffer has.', {
    path,
    hint: 'Send the whole text once.',
  });
}

async function begunAnew(
  context: Context,
  path: string,
  header: Omit<BufferHeader, 'length' | 'text'>,
): Promise<JournalEnd> {
  const text = await textAfter(context, readJournal(context.ports, path));
  return startJournal(context.ports, path, { ...header, text, length: text.length });
}
