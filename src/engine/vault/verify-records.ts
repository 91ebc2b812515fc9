import type { LogEntry } from '../../protocol/log.ts';
import { entryName, entrySequence, logKind } from '../audit/entry.ts';
import { listLog } from '../audit/log.ts';
import { type Context, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { isSealed, readRecord } from '../record.ts';
import { hasSnapshot, readManifests } from '../snapshots/manifest.ts';
import { namesIn } from './names-in.ts';
import { readVaultRecord } from './vault-record.ts';

export type ReportRecord = (record: string, reason: string, snapshot?: string) => void;

const directories = ['labels', 'trash', 'plans', 'migrations', 'visits'];
/** What every vault that was ever used has something in, in one of them at least. */
const everWritten = ['packs', 'snapshots', 'sessions', 'audit', 'trash'];
export const ignoreRules = '*\n';

/** Checks every file of the vault but packs and caches: whether it is what was written, and whether it is there. */
export async function checkRecords(context: Context, report: ReportRecord, pace: Pace): Promise<void> {
  checkVaultRecord(context, report);
  for (const { id, reason } of readManifests(context).broken) report(`snapshots/${id}.json`, reason, id);
  const sessions = namesIn(context, 'sessions').map(key => `sessions/${key}`);
  for (const directory of [...directories, ...sessions]) {
    for (const name of namesIn(context, directory)) {
      if (pace.due()) await pace.breathe();
      if (!name.endsWith('.json') || isWhole(context, `${directory}/${name}`)) continue;
      const ofSnapshot = directory === 'labels' || directory === 'trash';
      report(
        `${directory}/${name}`,
        'its digest does not fit',
        ofSnapshot ? name.slice(0, -'.json'.length) : undefined,
      );
    }
  }
  for (const name of namesIn(context).filter(one => one.endsWith('.json') && one !== 'vault.json'))
    if (!isWhole(context, name)) report(name, 'its digest does not fit');
  checkTrail(context, report);
  for (const id of missingSnapshots(context)) report(`snapshots/${id}.json`, 'the audit trail knows of it', id);
}

function checkVaultRecord(context: Context, report: ReportRecord): void {
  const names = namesIn(context);
  // Its record is written last: one that was only begun has nothing in it yet.
  const isMade = names.includes('vault.json') || everWritten.some(one => namesIn(context, one).length > 0);
  if (!isMade) return;
  try {
    if (!readVaultRecord(context)) report('vault.json', 'it is missing');
  } catch (error) {
    report('vault.json', asHoldfastError(error).message);
  }
  if (!names.includes('.gitignore')) report('.gitignore', 'it is missing');
  else if (read(context, '.gitignore')?.toString('latin1') !== ignoreRules) report('.gitignore', 'it was changed');
}

/** The chain names the first entry that does not fit; each one that is damaged in itself is named too. */
function checkTrail(context: Context, report: ReportRecord): void {
  try {
    listLog(context, { limit: 1 });
    return;
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    const name = error.path?.split(/[/\\]/).at(-1);
    report(name ? `audit/${name}` : 'audit', error.message);
  }
  for (const name of namesIn(context, 'audit'))
    if (entrySequence(name) && !isWhole(context, `audit/${name}`)) report(`audit/${name}`, 'its digest does not fit');
}

/** Snapshots that were taken and, as far as the trail tells, not deleted, and are not there all the same. */
function missingSnapshots(context: Context): string[] {
  const known = new Set<string>();
  for (const entry of readableEntries(context)) {
    const { action, target, details } = entry;
    if (action === 'snapshot.create' || action === 'snapshot.import') known.add(target);
    if (typeof details.safetySnapshot === 'string') known.add(details.safetySnapshot);
    if (action === 'snapshot.delete') known.delete(target);
    if (action === 'vault.prune.forget' && Array.isArray(details.snapshots)) {
      for (const id of details.snapshots) known.delete(id);
    }
  }
  const trash = new Set(namesIn(context, 'trash'));
  return [...known].filter(id => /^[a-z2-7]{20}$/.test(id) && !hasSnapshot(context, id) && !trash.has(`${id}.json`));
}

function readableEntries(context: Context): LogEntry[] {
  const sequences = namesIn(context, 'audit').map(entrySequence);
  return sequences.flatMap(sequence => {
    if (sequence === undefined) return [];
    try {
      return readRecord(context.ports, logKind, vaultPath(context, 'audit', entryName(sequence))) ?? [];
    } catch (error) {
      if (HoldfastError.is(error)) return [];
      throw error;
    }
  });
}

/** One that is gone was removed since its name was read. */
function isWhole(context: Context, record: string): boolean {
  const bytes = read(context, record);
  return bytes === undefined || isSealed(bytes);
}

function read(context: Context, record: string): Buffer | undefined {
  try {
    return context.ports.fs.readFileSync(vaultPath(context, record));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
