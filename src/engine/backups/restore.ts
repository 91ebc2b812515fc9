import path from 'node:path';
import { RestoreBackup } from '../../protocol/backups.ts';
import type { RestoreResult } from '../../protocol/common.ts';
import { appendLog } from '../audit/log.ts';
import { type Context, vaultName, vaultPath } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath, isWithin } from '../names.ts';
import { Pace } from '../pace.ts';
import { destinationOf, refuseIntoRoot } from '../placement/destination.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import { restoreInto } from '../placement/restore-into.ts';
import type { StagedFile, Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { readHeader } from './archive-names.ts';
import { findBackup } from './find.ts';
import { type Inspected, inspectArchive } from './inspect.ts';
import { readArchive } from './read-archive.ts';

/**
 * Puts a backup, or some paths of it, into the root or another directory; also a plain `.tar` or `.tar.gz` made without
 * Holdfast. The archive is read to its end and checked before anything is placed.
 *
 * @throws NOT_FOUND, ARCHIVE_UNSAFE, CORRUPT, LOCKED, DISK_FULL, CANCELLED; then nothing was changed
 */
export async function restoreBackup(
  context: Context,
  reference: string,
  input: RestoreBackup,
  work: Work,
): Promise<RestoreResult> {
  const { paths, to, overwrite, dryRun } = RestoreBackup.parse(input);
  const { file, known } = findBackup(context, reference);
  const base = destinationOf(context, to);
  if (base === context.root) await settleRoot(context);
  const inspected = await inspectArchive(context, file, { trustLinks: known !== undefined }, work);
  if (known && inspected.head?.id !== known.id) {
    throw new HoldfastError('CORRUPT', 'The archive is another one than the record beside it says.', {
      path: file,
      hint: 'Copy it elsewhere and restore it by its file name, if it is the one you want.',
    });
  }
  if (inspected.head?.scope.legacy) refuseIntoRoot(context, base, `backup restore ${known?.id ?? path.basename(file)}`);
  const chosen = paths.map(one => checkedPath(one, context.ports.platform));
  const wanted = withParents(selected(context, base, inspected, chosen));
  const result = await restoreInto(
    context,
    {
      base,
      wanted,
      deletes: [],
      overwrite,
      dryRun,
      origin: `backup ${known?.id ?? path.basename(file)}`,
      fill: (stager, files) => fillFromArchive(context, file, inspected, stager, files, work),
    },
    work,
  );
  const listed = new Set(result.failed.map(({ path: at }) => at));
  const isMeant = (at: string) => chosen.length === 0 || chosen.some(one => isWithin(at, one));
  for (const one of inspected.bad) if (isMeant(one.path) && !listed.has(one.path)) result.failed.push(one);
  if (!dryRun && context.ports.fs.existsSync(vaultPath(context, 'vault.json'))) {
    const { restored, failed, safetySnapshot } = result;
    appendLog(context, {
      action: 'backup.restore',
      target: known?.id ?? file,
      details: { restored, failed: failed.length, to: base, safetySnapshot },
    });
  }
  return result;
}

function selected(context: Context, base: string, { entries }: Inspected, chosen: readonly string[]): Wanted[] {
  const missing = chosen.find(one => one !== '' && !entries.some(({ path: at }) => isWithin(at, one)));
  if (missing !== undefined)
    throw new HoldfastError('NOT_FOUND', 'The backup has nothing at this path.', { path: missing });
  return entries.filter(
    ({ path: at }) =>
      (chosen.length === 0 || chosen.some(one => isWithin(at, one))) &&
      // What the vault holds is named by its content and never replaced; here it can only be added to.
      !(isWithin(at, vaultName) && lstatOf(context.ports, base, at) !== undefined),
  );
}

/** Directories that the archive does not mention, or that were not chosen, are made where they are missing. */
function withParents(wanted: readonly Wanted[]): Wanted[] {
  const all = new Map(wanted.map(one => [one.path, one]));
  for (const { path: at, mtime } of wanted) {
    for (let end = at.lastIndexOf('/'); end > 0; end = at.lastIndexOf('/', end - 1)) {
      const parent = at.slice(0, end);
      if (all.has(parent)) break;
      all.set(parent, {
        path: parent,
        type: 'dir',
        mode: parent === vaultName ? 0o700 : 0o755,
        mtime,
        size: 0,
        implied: true,
      });
    }
  }
  return [...all.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The second reading of the archive. What was hard-linked gets the bytes of the file that it shared. */
async function fillFromArchive(
  context: Context,
  file: string,
  { entries }: Inspected,
  stager: Stager,
  files: readonly Wanted[],
  work: Work,
): Promise<void> {
  const pace = new Pace(work);
  const wanted = new Map(files.map(one => [one.path, one]));
  const sharing = new Map<string, Wanted[]>();
  for (const entry of entries) {
    const one = wanted.get(entry.path);
    if (!one) continue;
    sharing.set(entry.archived, [...(sharing.get(entry.archived) ?? []), one]);
  }
  let done = 0;
  for await (const entry of readArchive(context.ports, file)) {
    const header = readHeader(entry.header, context.ports.platform);
    const takers = header?.type === 'file' ? (sharing.get(header.path) ?? []) : [];
    const staged: StagedFile[] = takers.map(one => stager.open(one));
    for await (const chunk of entry) {
      for (const one of staged) one.write(chunk);
      if (pace.due()) await pace.breathe({ phase: 'Writing', done, total: files.length, unit: 'files' });
    }
    for (const one of staged) one.close();
    done += staged.length;
  }
}
