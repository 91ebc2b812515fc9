import type { VerifyBackup } from '../../protocol/backups.ts';
import type { Context } from '../context.ts';
import { asHoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import type { Work } from '../ports.ts';
import { findBackup } from './find.ts';
import { inspectArchive } from './inspect.ts';

/** Reads a backup to its last byte. A damaged one is a result, not an error: `ok` is false and `bad` says what. */
export async function verifyBackup(context: Context, reference: string, work: Work): Promise<VerifyBackup> {
  const { file, known } = findBackup(context, reference);
  const isChanged = async () =>
    known !== undefined && (await hashFile(context.ports.fs, file, new Pace(work))) !== known.sha256;
  try {
    const { entries, bad } = await inspectArchive(context, file, { trustLinks: known !== undefined }, work);
    if (bad.length === 0 && (await isChanged())) {
      bad.push({ path: file, reason: 'the archive is not the one that was written' });
    }
    const files = entries.filter(entry => entry.type === 'file');
    return { ok: bad.length === 0, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), bad };
  } catch (error) {
    const failure = asHoldfastError(error);
    // Damage can look like an attack; it is damage when these are not the bytes that were written.
    const damaged = failure.code === 'CORRUPT' || (failure.code === 'ARCHIVE_UNSAFE' && (await isChanged()));
    if (!damaged) throw failure;
    return { ok: false, files: 0, bytes: 0, bad: [{ path: file, reason: failure.message }] };
  }
}
