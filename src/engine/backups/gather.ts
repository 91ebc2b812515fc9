import path from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import { type Context, vaultName } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { gatherLegacy } from '../legacy/gather.ts';
import { isWithin, nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { passingVaultParts } from '../placement/home.ts';
import { lstatOf } from '../placement/plan.ts';
import type { Work } from '../ports.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { areaOf } from '../root/areas.ts';
import { selectionOf } from '../snapshots/selection.ts';
import { isSparse, lengthProblem } from '../sparse.ts';
import { headEntry, isTooDeep, manifestEntry } from './archive-names.ts';
import { fileOf } from './read-live-file.ts';
import type { Manifest } from './records.ts';

export type LiveEntry = Manifest['entries'][number] & {
  absolute: string;
  /** A file with more than one name. */
  linked?: boolean;
  /** Of a file in the root: which one it was, as `fileOf` says. */
  file?: string;
};

/** Everything that a backup is to hold, as it lies on disk now, and what it leaves out with the reason. */
export async function gather(
  context: Context,
  scope: { areas: string[]; secrets: boolean; vault: boolean },
  work: Work,
): Promise<{ entries: LiveEntry[]; omitted: Omission[] }> {
  const { fs } = context.ports;
  const pace = new Pace(work);
  const selection = selectionOf(context, { paths: [], areas: scope.areas });
  const entries: LiveEntry[] = [];
  const omitted: Omission[] = [];

  /** Of the vault, packs come last: then no snapshot is listed whose packs came too late to be listed. */
  const namesIn = (at: string): string[] => {
    const names = readNames(fs, path.join(context.root, at));
    return at === vaultName
      ? [...names.filter(name => name !== 'packs'), ...names.filter(name => name === 'packs')]
      : names;
  };

  const visit = async (at: string): Promise<void> => {
    for (const name of namesIn(at)) {
      const inside = at === '' ? name : `${at}/${name}`;
      if (pace.due()) await pace.breathe({ phase: 'Listing', done: entries.length, total: 0, unit: 'files' });
      const inVault = isWithin(inside, vaultName);
      if (inVault ? !scope.vault || passingVaultParts.includes(inside) : !selection.mayHold(inside)) continue;
      if (!inVault && selection.excludes(inside)) {
        omitted.push({ path: inside, reason: 'excluded by holdfast.exclude' });
        continue;
      }
      const problem = archiveProblem(inside);
      if (problem) {
        omitted.push({ path: inside, reason: problem });
        continue;
      }
      try {
        await take(inside, inVault || selection.takes(inside));
      } catch (error) {
        if (isAbsent(error)) omitted.push({ path: inside, reason: 'it vanished while the backup was made' });
        else if (systemCode(error) === 'ENOTDIR')
          omitted.push({ path: inside, reason: 'it was replaced while the backup was made' });
        else if (asHoldfastError(error).code === 'UNREADABLE')
          omitted.push({ path: inside, reason: asHoldfastError(error).message });
        else throw error;
      }
    }
  };

  const take = async (inside: string, wanted: boolean): Promise<void> => {
    const absolute = systemPath(path.join(context.root, inside));
    const stat = fs.lstatSync(absolute, { bigint: true });
    const special = specialKind(stat);
    const facts = { path: inside, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString(), absolute };
    const area = areaOf(context.profile, inside);
    if (special) {
      if (wanted) omitted.push({ path: inside, reason: `${special} cannot be archived` });
    } else if (stat.isDirectory()) {
      const position = entries.length;
      await visit(inside);
      // Listing it, or anything below, would have followed a link that took its place.
      if (!fs.lstatSync(absolute).isDirectory()) {
        entries.length = position;
        omitted.push({ path: inside, reason: 'it was replaced while the backup was made' });
        return;
      }
      const empty = entries.length === position;
      if (wanted || !empty) entries.splice(position, 0, { ...facts, type: 'dir', size: 0 });
    } else if (!wanted) {
      return;
    } else if (area?.secret && !scope.secrets) {
      omitted.push({ path: inside, reason: secretReason(area.id) });
    } else if (stat.isSymbolicLink()) {
      const target = nameFromBytes(fs.readlinkSync(absolute, { encoding: 'buffer' }));
      entries.push({ ...facts, type: 'link', size: 0, target });
    } else if (lengthProblem(stat)) {
      omitted.push({ path: inside, reason: lengthProblem(stat)! });
    } else {
      const sparse = isSparse(stat) ? { sparse: true as const } : {};
      const linked = stat.nlink > 1n ? { linked: true } : {};
      entries.push({ ...facts, type: 'file', size: Number(stat.size), ...sparse, ...linked, file: fileOf(stat) });
    }
  };

  await visit('');
  return { entries, omitted };
}

/** The same of what lies in legacy places, where it is. Whether it is secret goes by where it would come in the root. */
export async function gatherLegacyEntries(
  context: Context,
  { secrets }: { secrets: boolean },
  work: Work,
): Promise<{ entries: LiveEntry[]; omitted: Omission[] }> {
  const { entries, omitted } = await gatherLegacy(context, work);
  const taken: LiveEntry[] = [];
  for (const { secretArea, absolute, ...entry } of entries) {
    const reason = secretArea !== undefined && !secrets ? secretReason(secretArea) : archiveProblem(entry.path);
    if (reason) omitted.push({ path: entry.path, reason });
    else taken.push({ ...entry, absolute: systemPath(absolute) });
  }
  return { entries: taken, omitted };
}

/** That no link leads to a path: one may have taken the place of a directory. @throws CONFLICT */
export function checkInRoot({ ports, root }: Context, inside: string): void {
  for (let at = path.dirname(inside); at !== '.'; at = path.dirname(at)) {
    if (!lstatOf(ports, root, at)?.isDirectory()) throw new HoldfastError('CONFLICT', 'its directory was replaced');
  }
}

function secretReason(area: string): string {
  return `secret area "${area}": left out unless --include-secrets is given`;
}

/** Why an archive with this path in it could not be read again. */
function archiveProblem(inside: string): string | undefined {
  if (inside === headEntry || inside === manifestEntry)
    return 'it is what Holdfast wrote of itself into a backup that was unpacked here';
  return isTooDeep(inside) ? 'its directories are too deep for an archive' : undefined;
}
