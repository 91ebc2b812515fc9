import path from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import type { Pace } from '../pace.ts';
import { profileView } from '../profile-view.ts';
import { shownPath } from '../root/shown-path.ts';
import { readMigrationHeads, wholeMigrations } from './records.ts';
import type { SourceFile } from './sources.ts';

export interface SettledSources {
  /** Sorted. */
  byTarget: Map<string, SourceFile>;
  omitted: Omission[];
  /** Whether a file goes, or went, to where this directory or one above it would be. */
  isBlocked(directory: string): boolean;
}

/**
 * Of several sources for one place in the root the first by its path is taken, and a file before the directory that
 * another place has of that name: only one of them can be there. What an earlier migration left a link for comes before
 * both. The others are listed.
 */
export async function oneSourcePerPlace(
  context: Context,
  files: readonly SourceFile[],
  pace: Pace,
): Promise<SettledSources> {
  const linked = await linkedSources(context, pace);
  const byTarget = new Map<string, SourceFile>();
  const omitted: Omission[] = [];
  const shown = (source: string) => shownPath(context.workspace, source);
  const omit = ({ source }: SourceFile, reason: string) => void omitted.push({ path: shown(source), reason });
  for (const file of files.toSorted(
    (one, other) => compare(one.wanted.path, other.wanted.path) || compare(one.source, other.source),
  )) {
    const { path: target, sha256 } = file.wanted;
    const first = byTarget.get(target);
    const before = linked.get(target);
    if (before !== undefined) omit(file, `"${shown(before)}", a link by now, went to the same place`);
    else if (!first) byTarget.set(target, file);
    else if (first.wanted.sha256 === sha256) omit(file, `the same content goes there from "${shown(first.source)}"`);
    else omit(file, `"${shown(first.source)}" goes to the same place with other content`);
  }
  for (const [target, file] of byTarget) {
    const [before, inTheWay] = [fileAbove(linked, target), fileAbove(byTarget, target)];
    const source = before === undefined ? byTarget.get(inTheWay ?? '')?.source : linked.get(before);
    if (source === undefined) continue;
    byTarget.delete(target);
    omit(file, `"${shown(source)}" goes to where its directory would be`);
  }
  const isBlocked = (directory: string) =>
    [byTarget, linked].some(taken => taken.has(directory) || fileAbove(taken, directory) !== undefined);
  return { byTarget, omitted, isBlocked };
}

/** The file, if any, that goes to where a directory on the way to `target` would have to be. */
function fileAbove(byTarget: ReadonlyMap<string, unknown>, target: string): string | undefined {
  for (let end = target.lastIndexOf('/'); end > 0; end = target.lastIndexOf('/', end - 1)) {
    if (byTarget.has(target.slice(0, end))) return target.slice(0, end);
  }
  return undefined;
}

/**
 * By target: the sources that earlier migrations brought in and left links for. Such a source is read no more, yet its only
 * copy is the one in the root, and nothing may take its place.
 */
async function linkedSources(context: Context, pace: Pace): Promise<Map<string, string>> {
  const view = profileView(context);
  const linked = new Map<string, string>();
  // Without old directories, nothing was done to its sources.
  const heads = readMigrationHeads(context).filter(
    ({ status, oldDirectories }) => status === 'completed' && oldDirectories.length > 0,
  );
  for await (const { plan } of wholeMigrations(context, heads, pace)) {
    for (const item of plan.items) {
      const source = path.resolve(context.workspace, item.source);
      if (linked.has(item.target)) continue;
      // What is a link itself leads elsewhere, also where it lies in a directory that leads into the root.
      if ([path.dirname(source), source].some(one => leadsIntoRoot(view, one))) linked.set(item.target, source);
    }
  }
  return linked;
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
