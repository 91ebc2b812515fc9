import path from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent, systemCode } from '../errors.ts';
import { contains, nameFromBytes, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { areaOf } from '../root/areas.ts';
import { lengthProblem } from '../sparse.ts';
import { legacySources } from './sources.ts';

/** What lies outside the workspace has this before its path, in a snapshot or backup of legacy state. */
export const outside = 'outside-workspace';

/** One file, link or directory of the legacy state, as it lies on disk. */
export interface LegacyFile {
  /** Relative to the workspace, or below `outside`. */
  path: string;
  absolute: string;
  type: 'file' | 'dir' | 'link';
  size: number;
  mode: number;
  /** Nanoseconds, as everywhere. */
  mtime: string;
  /** Of a link: its text. */
  target?: string;
  /** The secret area that it would come into. */
  secretArea?: string;
}

/**
 * Where legacy files stand in a snapshot or backup: as the workspace sees them; those of the home directory below
 * `outside-workspace/home/`, all others below `outside-workspace/disk/`.
 */
export function legacyPath({ workspace, ports }: Pick<Context, 'workspace' | 'ports'>, absolute: string): string {
  const below = (directory: string) => path.relative(directory, absolute).split(path.sep).join('/');
  if (contains(workspace, absolute)) return below(workspace);
  if (contains(ports.home, absolute)) return `${outside}/home/${below(ports.home)}`;
  const { root: drive } = path.parse(absolute);
  return [outside, 'disk', drive.replaceAll(/[\\/:]/g, ''), below(drive)].filter(Boolean).join('/');
}

/**
 * Everything that the profile calls legacy, where it is now: parents before what is in them, sorted by path, and what is
 * left out with the reason. Reads names, sizes and times; nothing in the root, and nothing through links into it.
 */
export async function gatherLegacy(
  context: Context,
  work: Work,
): Promise<{ entries: LegacyFile[]; omitted: Omission[] }> {
  const { fs } = context.ports;
  const pace = new Pace(work);
  const found = new Map<string, LegacyFile>();
  const omitted: Omission[] = [];
  const omit = (absolute: string, reason: string) => void omitted.push({ path: legacyPath(context, absolute), reason });

  const take = async (source: string, place: string): Promise<void> => {
    if (pace.due()) await pace.breathe({ phase: 'Listing', done: found.size, total: 0, unit: 'files' });
    if (contains(context.root, source)) return;
    try {
      const system = systemPath(source);
      const stat = fs.lstatSync(system, { bigint: true });
      const special = specialKind(stat);
      if (special) return omit(source, `${special} cannot be captured`);
      const tooLong = stat.isFile() && lengthProblem(stat);
      if (tooLong) return omit(source, tooLong);
      if (stat.isSymbolicLink() && leadsIntoRoot({ fs, root: context.root }, source))
        return omit(source, 'A link into the root.');
      const area = stat.isDirectory() ? undefined : areaOf(context.profile, place);
      const at = legacyPath(context, source);
      found.set(at, {
        path: at,
        absolute: source,
        type: stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'link' : 'file',
        size: stat.isFile() ? Number(stat.size) : 0,
        mode: Number(stat.mode & 0o7777n),
        mtime: stat.mtimeNs.toString(),
        ...(stat.isSymbolicLink() ? { target: nameFromBytes(fs.readlinkSync(system, { encoding: 'buffer' })) } : {}),
        ...(area?.secret ? { secretArea: area.id } : {}),
      });
      if (!stat.isDirectory()) return;
      for (const name of readNames(fs, source)) await take(path.join(source, name), `${place}/${name}`);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      omit(source, isAbsent(error) ? 'it vanished while it was looked for' : asHoldfastError(error).message);
    }
  };

  for (const { entries, omitted: reasons } of legacySources(context)) {
    for (const one of reasons) omit(path.resolve(context.workspace, one.path), one.reason);
    for (const { source, target, upgrade } of entries) {
      for (const one of [source, ...(upgrade?.with ?? [])]) await take(one, target);
    }
  }
  for (const one of [...found.values()]) addParents(context, found, one);
  const entries = [...found.values()].sort((one, other) => compare(one.path.split('/'), other.path.split('/')));
  // What one place leaves out another may name.
  const left = omitted.filter(one => !found.has(one.path)).sort((one, other) => (one.path < other.path ? -1 : 1));
  return { entries, omitted: left };
}

const madeUp = [outside, `${outside}/home`, `${outside}/disk`];

/** The directories that lead to a file, as they are; those that stand for none are made up. */
function addParents({ ports }: Context, found: Map<string, LegacyFile>, { path: at, absolute }: LegacyFile): void {
  let place = absolute;
  for (let end = at.lastIndexOf('/'); end > 0; end = at.lastIndexOf('/', end - 1)) {
    const parent = at.slice(0, end);
    if (found.has(parent)) return;
    place = path.dirname(place);
    const stat = madeUp.includes(parent) ? undefined : ports.fs.statSync(systemPath(place), { bigint: true });
    const mode = stat ? Number(stat.mode & 0o7777n) : 0o755;
    found.set(parent, {
      path: parent,
      absolute: place,
      type: 'dir',
      size: 0,
      mode,
      mtime: (stat?.mtimeNs ?? 0n).toString(),
    });
  }
}

/** As the trees of the vault are sorted: by the names in each directory. */
function compare(one: readonly string[], other: readonly string[]): number {
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    if (one[at] !== other[at]) return one[at]! < other[at]! ? -1 : 1;
  }
  return one.length - other.length;
}
