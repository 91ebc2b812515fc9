import type { BigIntStats } from 'node:fs';
import path, { posix } from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Context } from '../context.ts';
import { contains, isWithin, nameFromBytes, systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { lstatOf } from '../placement/plan.ts';
import { readNames } from '../read-directory.ts';
import { areaOf } from '../root/areas.ts';
import { isPlaced, linkDigest } from './is-placed.ts';
import type { StoredMigration } from './records.ts';

type Placed = StoredMigration['placed'][number];

/** A source directory of which everything is in one directory of the root, under the same names. */
export interface WholeDirectory {
  /** Absolute. */
  path: string;
  /** Relative to the root; empty: the root itself. */
  target: string;
  content: Content;
}

/** What lies in a directory: paths relative to it. Equal `state` means that nobody has written to it. */
export interface Content {
  files: { inside: string; placed: Placed; state: string }[];
  directories: { inside: string; mode: number; mtime: string }[];
}

/**
 * Which source directories, at one of the `places` or below, were migrated whole and are still what was migrated: nothing
 * was left out, upgraded or renamed, nothing is new, and every file is equal to its copy, byte for byte. Of nested ones
 * the outermost.
 */
export async function wholeDirectories(
  context: Context,
  placed: readonly Placed[],
  places: readonly string[],
  pace: Pace,
): Promise<WholeDirectory[]> {
  const bySource = new Map(placed.map(one => [one.source, one]));
  const upgraded = placed.filter(one => one.upgraded);
  const whole: WholeDirectory[] = [];
  for (const [directory, target] of candidates(placed)) {
    if (whole.some(outer => contains(outer.path, directory))) continue;
    if (!places.some(place => contains(place, directory)) || !mayBecomeLink(context, directory, target)) continue;
    // What another source became there would appear in the old place, as if it had always had that shape.
    if (upgraded.some(one => isWithin(one.path, target) && !contains(directory, one.source))) continue;
    const content = contentOf(context, directory, target, bySource);
    if (content && (await isVerified(context, directory, content, pace)))
      whole.push({ path: directory, target, content });
  }
  return whole;
}

/** As far up from each file as its source and its target have the same names; the outermost first. */
function candidates(placed: readonly Placed[]): [string, string][] {
  const targets = new Map<string, string | undefined>();
  for (const { source, path: place } of placed) {
    let [from, to] = [source, place];
    while (to !== '' && path.basename(from) === posix.basename(to)) {
      from = path.dirname(from);
      to = to.includes('/') ? posix.dirname(to) : '';
      const known = targets.get(from);
      if (targets.has(from) && known === to) break;
      targets.set(from, targets.has(from) ? undefined : to);
    }
  }
  return [...targets]
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .sort(([one], [other]) => one.length - other.length);
}

function mayBecomeLink({ ports, workspace, root, profile }: Context, directory: string, target: string): boolean {
  if ([workspace, root, ports.home].some(inner => contains(directory, inner))) return false;
  // A directory of another name may be for other things too, such as logs beside tokens: they would become secrets.
  const isSecret = areaOf(profile, posix.join(target, 'any'))?.secret ?? false;
  return !isSecret || path.basename(directory) === posix.basename(target);
}

/** @returns `undefined` as soon as something in it is not what was migrated */
export function contentOf(
  context: Context,
  directory: string,
  target: string,
  bySource: ReadonlyMap<string, Placed>,
  /** Where its content lies at the moment. */
  at = directory,
): Content | undefined {
  const { fs } = context.ports;
  const content: Content = { files: [], directories: [] };
  const visit = (inside: string): boolean => {
    const place = path.join(at, inside);
    const stat = fs.lstatSync(systemPath(place), { bigint: true });
    const copy = posix.join(target, inside);
    if (stat.isDirectory()) {
      if (!lstatOf(context.ports, context.root, copy === '.' ? '' : copy)?.isDirectory()) return false;
      content.directories.push({ inside, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
      return readNames(fs, place).every(name => visit(inside === '' ? name : `${inside}/${name}`));
    }
    const placed = bySource.get(path.join(directory, inside));
    if (!placed || placed.upgraded || placed.path !== copy) return false;
    if (placed.type === 'link' ? !stat.isSymbolicLink() : !stat.isFile()) return false;
    content.files.push({ inside, placed, state: stateOf(stat) });
    return true;
  };
  return !leadsIntoRoot({ fs, root: context.root }, at) && visit('') ? content : undefined;
}

function stateOf({ ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mode, mtimeNs, ctimeNs].join(' ');
}

async function isVerified(context: Context, directory: string, { files }: Content, pace: Pace): Promise<boolean> {
  const { fs } = context.ports;
  for (const [done, { inside, placed }] of files.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Verifying', done, total: files.length, unit: 'files' });
    const system = systemPath(path.join(directory, inside));
    if (placed.type === 'link') {
      const text = nameFromBytes(fs.readlinkSync(system, { encoding: 'buffer' }));
      // Read at its new place, a relative link that leads out would lead elsewhere.
      const leads = path.resolve(directory, path.dirname(inside), text);
      if (linkDigest(text) !== placed.sha256 || (!path.isAbsolute(text) && !contains(directory, leads))) return false;
    } else if ((await hashFile(fs, system, pace)) !== placed.sha256) return false;
    if (!(await isPlaced(context, placed, pace))) return false;
  }
  return true;
}
