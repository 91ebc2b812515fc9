import type { BackupList } from '../../protocol/backups.ts';
import { type Context, requireRoot } from '../context.ts';
import { backupDirectory } from './directories.ts';
import { readBackups } from './find.ts';

/** Backups of this root, newest first. */
export function listBackups(context: Context): BackupList {
  requireRoot(context);
  const { backups, broken } = readBackups(context);
  backups.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
  return { directory: backupDirectory(context) ?? '', backups, broken };
}
