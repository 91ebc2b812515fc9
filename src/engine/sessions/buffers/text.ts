import type { Context } from '../../context.ts';
import { HoldfastError } from '../../errors.ts';
import { versionFile } from '../version-content.ts';
import { readVersion, sessionKey } from '../versions.ts';
import type { BufferHeader, Journal } from './journal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
export const byteOrderMark = '\ufeff';

/** A version's file as editors show it: without a byte order mark. `marked` says whether it has one. */
export async function baseText(
  context: Context,
  { location, base, file }: Pick<BufferHeader, 'location' | 'base' | 'file'>,
): Promise<{ text: string; marked: boolean }> {
  const version = readVersion(context, sessionKey(location), base);
  const bytes = await versionFile(context, version, file === '' ? undefined : file);
  try {
    return { text: utf8.decode(bytes), marked: bytes.subarray(0, 3).toString('hex') === 'efbbbf' };
  } catch (error) {
    throw new HoldfastError('CONFLICT', 'This file of the session is no text, so its edits cannot be kept as such.', {
      path: location,
      cause: error,
    });
  }
}

/**
 * The text after all edits of a buffer.
 *
 * @throws CORRUPT when they do not fit the version they were typed over
 */
export async function textAfter(context: Context, { header, bursts }: Journal): Promise<string> {
  let text = header.text ?? (await baseText(context, header)).text;
  if (text.length !== header.length) {
    throw new HoldfastError('CORRUPT', 'The edits do not fit the version that they were typed over.', {
      path: header.location,
    });
  }
  for (const { edits } of bursts) {
    for (const { offset, length, text: inserted } of edits) {
      text = text.slice(0, offset) + inserted + text.slice(offset + length);
    }
  }
  return text;
}
