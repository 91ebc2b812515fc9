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
  try {
    const { entries, bad } = await inspectArchive(context, file, { trustLinks: known !== undefined }, work);
    if (known && bad.length === 0 && (await hashFile(context.ports.fs, file, new Pace(work))) !== known.sha256) {
      bad.push({ path: file, reason: 'the archive is not the one that was written' });
    }
    const files = entries.filter(entry => entry.type === 'file');
    return { ok: bad.length === 0, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), bad };
  } catch (error) {
    const known = asHoldfastError(error);
    if (known.code !== 'CORRUPT') throw known;
    return { ok: false, files: 0, bytes: 0, bad: [{ path: file, reason: known.message }] };
  }
}
