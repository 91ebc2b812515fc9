import type { Stats } from 'node:fs';
import type { Status } from '../../protocol/root.ts';
import { listBackups } from '../backups/list.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { legacySources } from '../legacy/sources.ts';
import { readMigrationHeads, wholeMigrations } from '../migrations/records.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { isSameMilliseconds } from '../placement/system-time.ts';
import type { FileCalls, Work } from '../ports.ts';
import { countSessions } from '../sessions/list.ts';
import { diffSnapshot } from '../snapshots/diff.ts';
import { listSnapshots } from '../snapshots/list.ts';
import { vaultStats } from '../vault/stats.ts';
import { readCertainVaultRecord } from '../vault/vault-record.ts';
import { shownPath } from './shown-path.ts';
import { walkFiles } from './walk-files.ts';

/**
 * How things stand with a workspace, in numbers. Reads only.
 *
 * @throws ROOT_MISSING when there is no root yet; its `details` still hold `legacy`, for that is when it matters most;
 * CORRUPT when the record of the vault is gone or damaged
 */
export async function status(context: Context, work: Work): Promise<Status> {
  const pace = new Pace(work);
  const legacy = await legacyState(context, pace);
  try {
    requireRoot(context);
  } catch (error) {
    if (!HoldfastError.is(error, 'ROOT_MISSING')) throw error;
    throw new HoldfastError(error.code, error.message, { path: error.path, hint: error.hint, details: { legacy } });
  }
  const hasVault = readCertainVaultRecord(context) !== undefined;
  const snapshots = hasVault ? listSnapshots(context, { limit: 1 }) : { snapshots: [], total: 0 };
  const latest = snapshots.snapshots[0];
  const { backups } = hasVault ? listBackups(context) : { backups: [] };
  const vault = hasVault ? await vaultStats(context) : { bytes: 0, objects: 0 };
  const diff = latest && (await diffSnapshot(context, latest.id, null, [], work));
  return {
    root: context.root,
    profile: context.profile.id,
    legacy,
    snapshots: { count: snapshots.total, latest: latest?.createdAt ?? null },
    sessions: countSessions(context),
    backups: { count: backups.length, latest: newest(backups.map(backup => backup.createdAt)) },
    vault: { bytes: vault.bytes, objects: vault.objects },
    changedSince: latest && diff ? changes(latest.id, diff) : null,
  };
}

function changes(snapshot: string, diff: Awaited<ReturnType<typeof diffSnapshot>>): Status['changedSince'] {
  const { added, removed, modified, scope } = diff;
  const counts = { added: added.length, removed: removed.length, modified: modified.length };
  return { snapshot, ...counts, ...(scope && { scope }) };
}

function newest(times: string[]): string | null {
  return times.sort().at(-1) ?? null;
}

/**
 * What still waits to be brought into the root: legacy files that the root does not have with the same size and time, nor
 * got by a migration, and the sources that hold such files. Contents are not compared here; the plan of a migration does.
 */
async function legacyState(context: Context, pace: Pace): Promise<Status['legacy']> {
  const total = { sources: 0, files: 0, bytes: 0 };
  let migrated: Migrated | undefined;
  for (const { entries } of legacySources(context, { shallow: true })) {
    let waiting = await waitingIn(context, entries, migrated, pace);
    // What migrations brought in takes long to read, and usually the root has it as it was.
    if (waiting.files > 0 && !migrated) {
      migrated = await migratedFiles(context, pace);
      waiting = await waitingIn(context, entries, migrated, pace);
    }
    total.files += waiting.files;
    total.bytes += waiting.bytes;
    if (waiting.files > 0) total.sources++;
  }
  return total;
}

async function waitingIn(
  context: Context,
  entries: readonly { source: string; target: string }[],
  migrated: Migrated | undefined,
  pace: Pace,
): Promise<{ files: number; bytes: number }> {
  const { fs } = context.ports;
  const waiting = { files: 0, bytes: 0 };
  const count = (at: string, target: string, stats: Stats) => {
    const copy = lstat(fs, `${context.root}/${target}`);
    if (copy && copy.size === stats.size && isSameMilliseconds(copy.mtimeMs, stats.mtimeMs)) return;
    if (migrated?.get(at)?.(stats)) return;
    waiting.files++;
    if (stats.isFile()) waiting.bytes += stats.size;
  };
  for (const { source: at, target } of entries) {
    if (pace.due()) await pace.breathe();
    const stats = lstat(fs, at);
    if (!stats) continue;
    if (!stats.isDirectory()) count(at, target, stats);
    else
      walkFiles(
        fs,
        at,
        (path, inner) => count(`${at}/${path}`, `${target}/${path}`, inner),
        () => false,
      );
  }
  return waiting;
}

type Migrated = ReadonlyMap<string, (now: Stats) => boolean>;

/**
 * By absolute source: whether what is there now is what a completed migration brought in, and is still in the root. The
 * file in the root may be another: upgraded, or edited since.
 */
async function migratedFiles(context: Context, pace: Pace): Promise<Migrated> {
  const files = new Map<string, (now: Stats) => boolean>();
  const completed = readMigrationHeads(context).filter(one => one.status === 'completed');
  for await (const { plan, placed } of wholeMigrations(context, completed.reverse(), pace)) {
    const sizes = new Map(plan.items.map(({ source, bytes }) => [source, bytes]));
    const inRoot = new Map<string, boolean>();
    for (const { source, path, mtime } of placed) {
      const bytes = sizes.get(shownPath(context.workspace, source));
      // One source may have become several files.
      inRoot.set(source, inRoot.get(source) !== false && !!lstat(context.ports.fs, `${context.root}/${path}`));
      const isSame = (now: Stats) =>
        (!now.isFile() || now.size === bytes) &&
        isSameMilliseconds(now.mtimeMs, Number(mtime) / 1e6) &&
        inRoot.get(source) === true;
      files.set(source, isSame);
    }
  }
  return files;
}

function lstat(fs: FileCalls, file: string): Stats | undefined {
  try {
    return fs.lstatSync(systemPath(file));
  } catch (error) {
    if (isAbsent(error) || ['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}
