import { readTrail } from '../audit/trail.ts';
import { type Context, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { isSealed } from '../record.ts';
import { eachManifest, hasSnapshot, isTrashed } from '../snapshots/manifest.ts';
import { namesIn } from './names-in.ts';
import { readVaultFile } from './read-vault-file.ts';
import { isUsed, readVaultRecord } from './vault-record.ts';

export type ReportRecord = (record: string, reason: string, snapshot?: string) => void;

const directories = ['labels', 'marks', 'trash', 'plans', 'migrations', 'visits'];
export const ignoreRules = '*\n';

/**
 * Checks every file of the vault but packs and caches: whether it is what was written, and whether it is there.
 *
 * @throws NEWER_VERSION: a record that cannot be understood here is no damage, and nothing may take its place
 */
export async function checkRecords(context: Context, report: ReportRecord, pace: Pace): Promise<void> {
  checkVaultRecord(context, report);
  for (const { broken, problem } of eachManifest(context)) {
    if (pace.due()) await pace.breathe();
    if (problem?.code === 'NEWER_VERSION') throw problem;
    if (broken) report(`snapshots/${broken.id}.json`, broken.reason, broken.id);
  }
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
  for (const id of await checkTrail(context, report, pace))
    if (isMissing(context, id)) report(`snapshots/${id}.json`, 'it is missing; the audit trail knows of it', id);
}

/** Snapshots that the audit trail knows, that nobody deleted, and that are not there. */
export async function lostSnapshots(context: Context, pace: Pace): Promise<string[]> {
  return [...(await checkTrail(context, () => {}, pace))].filter(id => isMissing(context, id));
}

function checkVaultRecord(context: Context, report: ReportRecord): void {
  const names = namesIn(context);
  if (!names.includes('vault.json') && !isUsed(context)) return;
  try {
    if (!readVaultRecord(context)) report('vault.json', 'it is missing');
  } catch (error) {
    if (HoldfastError.is(error, 'NEWER_VERSION')) throw error;
    report('vault.json', asHoldfastError(error).message);
  }
  if (!names.includes('.gitignore')) report('.gitignore', 'it is missing');
  else if (read(context, '.gitignore')?.toString('latin1') !== ignoreRules) report('.gitignore', 'it was changed');
}

/** @returns the snapshots that were taken and, as far as the trail tells, not deleted */
async function checkTrail(context: Context, report: ReportRecord, pace: Pace): Promise<Set<string>> {
  const known = new Set<string>();
  for (const { name, entry, problem } of readTrail(context)) {
    if (pace.due()) await pace.breathe();
    if (problem?.code === 'NEWER_VERSION') throw problem;
    if (problem) report(`audit/${name}`, problem.message);
    if (!entry) continue;
    const { action, target, details } = entry;
    if (action === 'snapshot.create' || action === 'snapshot.import') known.add(target);
    if (typeof details.safetySnapshot === 'string') known.add(details.safetySnapshot);
    if (action === 'snapshot.delete') known.delete(target);
    if (action === 'vault.prune.forget' && Array.isArray(details.snapshots)) {
      for (const id of details.snapshots) known.delete(id);
    }
  }
  return known;
}

/** First as a snapshot: one that is deleted meanwhile is in the trash afterwards. */
function isMissing(context: Context, id: string): boolean {
  return /^[a-z2-7]{20}$/.test(id) && !hasSnapshot(context, id) && !isTrashed(context, id);
}

/** One that is gone was removed since its name was read. */
function isWhole(context: Context, record: string): boolean {
  const bytes = read(context, record);
  return bytes === undefined || isSealed(bytes);
}

function read(context: Context, record: string): Buffer | undefined {
  try {
    return readVaultFile(context.ports.fs, vaultPath(context, record));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
