import type { RecoverableList, RecoveryBuffer } from '../../../protocol/sessions.ts';
import type { Context } from '../../context.ts';
import { HoldfastError, isAbsent } from '../../errors.ts';
import { isRunning } from '../../lock.ts';
import { lookAt } from '../look.ts';
import { placeAt } from '../places.ts';
import { latestVersion, sessionKey } from '../versions.ts';
import { allBuffers, type BufferFile } from './files.ts';
import { type Journal, readJournal } from './journal.ts';

/**
 * All edits that nobody saved, those typed last first. Whose window is still open is `active`: these are not to be
 * offered for recovery.
 */
export async function listRecoverable(context: Context): Promise<RecoverableList> {
  const recoverable = allBuffers(context).flatMap(file => describe(context, file) ?? []);
  recoverable.sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
  return { recoverable };
}

function describe(context: Context, file: BufferFile): RecoveryBuffer | undefined {
  const nothing = { id: file.id, session: '', title: '', file: '', location: '', base: 0, version: 0, bytes: 0 };
  try {
    const { mtime, size } = context.ports.fs.statSync(file.path);
    const times = { startedAt: mtime.toISOString(), updatedAt: mtime.toISOString() };
    try {
      return ofJournal(context, readJournal(context.ports, file.path), size);
    } catch (error) {
      if (!HoldfastError.is(error, 'CORRUPT')) throw error;
      return { ...nothing, ...times, bytes: size, active: false, broken: error.message };
    }
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function ofJournal(context: Context, { header, bursts }: Journal, bytes: number): RecoveryBuffer {
  const { id, location, file, base, at } = header;
  const place = placeAt(location);
  const facts = lookAt(context, place)?.facts;
  const latest = latestVersion(context, sessionKey(location));
  return {
    id,
    session: facts?.id ?? location,
    title: facts?.title ?? latest?.title ?? location,
    file,
    location,
    base,
    version: latest?.version ?? 0,
    startedAt: at,
    updatedAt: bursts.at(-1)?.at ?? at,
    bytes,
    active: isRunning(context.ports, header),
  };
}
