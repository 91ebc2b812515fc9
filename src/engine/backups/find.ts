import path from 'node:path';
import type { Backup } from '../../protocol/backups.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { resolveReference } from '../id.ts';
import { readRecord } from '../record.ts';
import { readVaultRecord } from '../vault/vault-record.ts';
import { allBackupDirectories } from './directories.ts';
import { sideKind } from './records.ts';

/**
 * All backups of this root in the directories that they went to. Other roots may have theirs in the same one; those are
 * shown only to a root that has no vault yet, which may well be what is to be restored.
 */
export function readBackups(context: Context): {
  backups: Backup[];
  broken: { id: string; path: string; reason: string }[];
} {
  const backups: Backup[] = [];
  const broken: { id: string; path: string; reason: string }[] = [];
  const own = readVaultRecord(context)?.rootId;
  for (const directory of allBackupDirectories(context)) {
    for (const name of namesIn(context, directory)) {
      const file = path.join(directory, name);
      try {
        const side = readRecord(context.ports, sideKind, `${file}.json`);
        if (side) {
          const { rootId, ...made } = side;
          if (own === undefined || rootId === own) backups.push({ ...made, file });
        } else
          broken.push({
            id: name,
            path: file,
            reason: 'its record is missing; it can still be verified and restored by its file name',
          });
      } catch (error) {
        broken.push({ id: name, path: `${file}.json`, reason: asHoldfastError(error).message });
      }
    }
  }
  return { backups, broken };
}

function namesIn({ ports }: Context, directory: string): string[] {
  try {
    return ports.fs
      .readdirSync(directory)
      .filter(name => /^holdfast-.*\.tar\.gz$/.test(name))
      .sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/**
 * The archive that `reference` names: an id, prefix or `latest`, or a file. `known` when this root's backups have it.
 *
 * @throws NOT_FOUND, AMBIGUOUS; CORRUPT for `latest` when a newer one cannot be read
 */
export function findBackup(context: Context, reference: string): { file: string; known: Backup | undefined } {
  const file = path.resolve(context.workspace, reference);
  const isFile =
    /[/\\]|\.tar(\.gz)?$|\.tgz$/.test(reference) ||
    (!/^[a-z0-9]*$/.test(reference) && context.ports.fs.existsSync(file));
  if (isFile) return { file, known: knownAt(context, file) };
  const { backups, broken } = readBackups(context);
  const known = resolveReference('backup', reference, backups);
  if (reference === 'latest') refuseOlder(known, broken);
  if (!context.ports.fs.existsSync(known.file)) {
    throw new HoldfastError('NOT_FOUND', 'The archive of this backup is gone.', {
      path: known.file,
      hint: 'Look for a copy, and give its file name.',
    });
  }
  return { file: known.file, known };
}

/** Who asks for the newest must not be told of, or given, an older one. The time is in the name of an archive. */
function refuseOlder({ file }: Backup, broken: readonly { id: string; path: string; reason: string }[]): void {
  const timeIn = (name: string) => /^holdfast-(\d{8}T\d{6}Z)-/.exec(name)?.[1] ?? '';
  const newer = broken.find(({ id }) => timeIn(id) > timeIn(path.basename(file)));
  if (!newer) return;
  throw new HoldfastError('CORRUPT', `The newest backup cannot be told: of ${newer.id}, ${newer.reason}.`, {
    path: newer.path,
    hint: 'Give the file name of that archive, or the id of another backup: holdfast backup list',
  });
}

/** An archive given by its name can be read whatever has become of the vault, which may be why it is needed. */
function knownAt(context: Context, file: string): Backup | undefined {
  try {
    return readBackups(context).backups.find(backup => backup.file === file);
  } catch (error) {
    if (HoldfastError.is(error, 'CORRUPT', 'NEWER_VERSION')) return undefined;
    throw error;
  }
}
