import path from 'node:path';
import { type Context, vaultPath } from '../context.ts';
import { writeDurably } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { encodeRecord, readRecord } from '../record.ts';
import { readVaultRecord } from '../vault/vault-record.ts';
import { directoriesKind } from './records.ts';

/**
 * Where backups of this root go: `--to`, else the setting `holdfast.backupDirectory`, else `HOLDFAST_BACKUP_DIR`, else
 * the user's data directory. `undefined` when that last one cannot be told, for want of a root id.
 */
export function backupDirectory(context: Context, to?: string): string | undefined {
  const { env, home, platform } = context.ports;
  const given = to ?? (context.settings.backupDirectory || env.HOLDFAST_BACKUP_DIR);
  if (given) return path.resolve(context.workspace, given);
  const rootId = readVaultRecord(context)?.rootId;
  if (!rootId) return undefined;
  const data =
    platform === 'win32'
      ? env.LOCALAPPDATA || path.join(home, 'AppData', 'Local')
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Application Support')
        : env.XDG_DATA_HOME || path.join(home, '.local', 'share');
  return path.join(data, 'holdfast', 'backups', rootId);
}

/** A backup inside what it saves would be lost with it. @throws CONFLICT */
export function checkOutsideRoot(context: Context, directory: string): void {
  const { fs } = context.ports;
  const real = (one: string): string =>
    fs.existsSync(one) ? fs.realpathSync(one) : path.join(real(path.dirname(one)), path.basename(one));
  const between = path.relative(real(context.root), real(directory));
  if (between === '..' || between.startsWith(`..${path.sep}`) || path.isAbsolute(between)) return;
  throw new HoldfastError('CONFLICT', 'Backups cannot lie inside the root that they save.', {
    path: directory,
    hint: 'Give a directory elsewhere, best on another disk, with --to or the setting holdfast.backupDirectory.',
  });
}

/** Every directory that may hold backups of this root. */
export function allBackupDirectories(context: Context): string[] {
  const usual = backupDirectory(context);
  const others = readRecord(context.ports, directoriesKind, vaultPath(context, 'backups.json'))?.directories ?? [];
  return [...new Set([...(usual === undefined ? [] : [usual]), ...others])];
}

export function rememberDirectory(context: Context, directory: string): void {
  const known = allBackupDirectories(context);
  if (known.includes(directory)) return;
  const usual = backupDirectory(context);
  const directories = [...known.filter(one => one !== usual), directory];
  writeDurably(
    context.ports,
    vaultPath(context, 'backups.json'),
    encodeRecord(directoriesKind, { directories }, context.ports.now()),
  );
}
