import { appendLog } from '../audit/log.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { findBackup } from './find.ts';

/** Removes one backup made here: its archive, then its record. @throws NOT_FOUND, AMBIGUOUS */
export function deleteBackup(context: Context, reference: string): { deleted: string[] } {
  requireRoot(context);
  // A root that does not know its id would take the backups of others for its own.
  ensureVault(context);
  const { file, known } = findBackup(context, reference);
  if (!known) {
    throw new HoldfastError('NOT_FOUND', 'This archive is not one of this root’s backups.', {
      path: file,
      hint: 'Remove it yourself if you no longer need it.',
    });
  }
  context.ports.fs.rmSync(file, { force: true });
  context.ports.fs.rmSync(`${file}.json`, { force: true });
  appendLog(context, { action: 'backup.delete', target: known.id, details: {} });
  return { deleted: [known.id] };
}
