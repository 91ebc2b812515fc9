import { appendLog } from '../../audit/log.ts';
import { type Context, vaultPath } from '../../context.ts';
import { isAbsent } from '../../errors.ts';
import type { BufferFile } from './files.ts';
import { findBuffers } from './find.ts';

/**
 * Gives up unsaved edits: all of a session, or those of one buffer.
 *
 * @throws NOT_FOUND
 */
export function discardBuffer(context: Context, reference: string, bufferId?: string): { discarded: string[] } {
  const found = findBuffers(context, reference, bufferId);
  for (const file of found) removeBuffer(context, file);
  appendLog(context, { action: 'session.discard', target: reference, details: { buffers: found.length } });
  return { discarded: found.map(({ id }) => id) };
}

export function removeBuffer(context: Context, { key, path }: BufferFile): void {
  const { fs } = context.ports;
  fs.rmSync(path, { force: true });
  try {
    fs.rmdirSync(vaultPath(context, 'buffers', key));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!isAbsent(error) && !['ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
  }
}
