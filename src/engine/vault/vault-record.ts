import * as z from 'zod';
import { Id, Time } from '../../protocol/common.ts';
import { type Context, requireRoot, vaultName, vaultPath } from '../context.ts';
import { createDurably, makeDirectory, writeDurably } from '../durable.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { newId } from '../id.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';
import { namesIn } from './names-in.ts';

const VaultRecord = z.object({ rootId: Id, createdAt: Time, format: z.literal(1) });
export type VaultRecord = z.infer<typeof VaultRecord>;

const vaultKind: RecordKind<VaultRecord> = { kind: 'vault', version: 1, schema: VaultRecord };

/** The directories of a vault, each for one kind of thing (docs/format.md). */
const directories = [
  'packs',
  'snapshots',
  'labels',
  'trash',
  'marks',
  'index',
  'cache',
  'plans',
  'migrations',
  'placement',
  'audit',
  'locks',
  'tmp',
];

/** A link in the vault's place could make Holdfast write anywhere; a file there is not ours. */
function checkDirectory({ ports, root }: Context): boolean {
  const directory = vaultPath({ root });
  try {
    if (ports.fs.lstatSync(directory).isDirectory()) return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  throw new HoldfastError('ROOT_UNUSABLE', `What lies at ${vaultName} is not a directory.`, {
    path: directory,
    hint: 'Move it away; Holdfast keeps its vault under this name.',
  });
}

/**
 * @returns `undefined` when the root has no vault yet
 * @throws CORRUPT, NEWER_VERSION
 */
export function readVaultRecord(context: Context): VaultRecord | undefined {
  if (!checkDirectory(context)) return undefined;
  return readRecord(context.ports, vaultKind, vaultPath(context, 'vault.json'));
}

/** What every vault that was ever used has something in, in one of them at least. */
const everWritten = ['packs', 'snapshots', 'sessions', 'audit', 'trash'];

/** Whether the vault was used. Its record is written last: a vault that was only begun has nothing in it yet. */
export function isUsed(context: Context): boolean {
  return everWritten.some(name => namesIn(context, name).length > 0);
}

/**
 * As `readVaultRecord`, for who takes its absence for a new vault: what lies in it would get another root id, and the
 * history of no file would reach back beyond that.
 *
 * @throws CORRUPT also when only the record is gone
 */
export function readCertainVaultRecord(context: Context): VaultRecord | undefined {
  const record = readVaultRecord(context);
  // To find out goes through thousands of names, so only who has none pays for it.
  if (record || !isUsed(context)) return record;
  // Another process may have made it between the two looks.
  const made = readVaultRecord(context);
  if (made) return made;
  throw new HoldfastError('CORRUPT', 'The record of the vault is gone: which root it belongs to is not known.', {
    path: vaultPath(context, 'vault.json'),
    hint: 'What the vault holds is there. Bring the record back with: holdfast vault repair',
  });
}

/**
 * Nobody here knows what a vault of a newer version holds, so no command goes on with it. Damage is left to those who need
 * the record: a damaged one must not keep anybody from listing, restoring or repairing.
 *
 * @throws NEWER_VERSION
 */
export function refuseNewerVault(context: Context): void {
  try {
    readVaultRecord(context);
  } catch (error) {
    if (HoldfastError.is(error, 'NEWER_VERSION')) throw error;
  }
}

/**
 * Makes the vault when there is none. Any number of processes may do so at once: one of them makes it.
 *
 * @throws CORRUPT when the record of a vault that was used is damaged or gone; NEWER_VERSION
 */
export function ensureVault(context: Context): { record: VaultRecord; created: boolean } {
  const found = readCertainVaultRecord(context);
  if (found) {
    makeMissing(context);
    return { record: found, created: false };
  }
  requireRoot(context);
  const { ports } = context;
  // The root's own time says when the application last put something there; making the vault must not hide that.
  const before = ports.fs.statSync(context.root);
  for (const name of directories) makeDirectory(ports, vaultPath(context, name));
  if (!ports.fs.existsSync(vaultPath(context, '.gitignore'))) {
    writeDurably(ports, vaultPath(context, '.gitignore'), Buffer.from('*\n'));
  }
  const record: VaultRecord = { rootId: newId(ports), createdAt: ports.now().toISOString(), format: 1 };
  const created = createDurably(ports, vaultPath(context, 'vault.json'), encodeRecord(vaultKind, record, ports.now()));
  try {
    ports.fs.utimesSync(context.root, before.atime, before.mtime);
  } catch (error) {
    // Whoever may write in a directory need not own it; only its owner may set its time.
    if (systemCode(error) !== 'EPERM') throw error;
  }
  return { record: created ? record : readVaultRecord(context)!, created };
}

/**
 * The record again after it was lost, from what the snapshots say: the root id that most of them have, since some may have
 * come from elsewhere. Without any, the one that the vault began with, if the audit trail has that.
 */
export function rebuiltVaultRecord(
  { ports }: Pick<Context, 'ports'>,
  snapshots: readonly { rootId: string; createdAt: string }[],
  begun?: { rootId: string; createdAt: string },
): Buffer | undefined {
  const counts = new Map<string, number>();
  for (const { rootId } of snapshots) counts.set(rootId, (counts.get(rootId) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  const rootId = most?.[0] ?? begun?.rootId;
  if (rootId === undefined) return undefined;
  const own = snapshots.filter(one => one.rootId === rootId).map(({ createdAt }) => createdAt);
  const createdAt = own.sort()[0] ?? begun!.createdAt;
  return encodeRecord(vaultKind, { rootId, createdAt, format: 1 }, ports.now());
}

/** A vault that came out of a backup has no directories for what is in no backup. */
function makeMissing(context: Context): void {
  const present = new Set(context.ports.fs.readdirSync(vaultPath(context)));
  for (const name of directories) if (!present.has(name)) makeDirectory(context.ports, vaultPath(context, name));
}
