import path from 'node:path';
import { leadsIntoRoot } from '../../profiles/reading/directories.ts';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { profileView } from '../profile-view.ts';
import { shownPath } from '../root/shown-path.ts';
import { readMigrations } from './records.ts';
import type { SourceFile } from './sources.ts';

export interface SettledSources {
  /** Sorted. */
  byTarget: Map<string, SourceFile>;
  omitted: Omission[];
}

/**
 * Of several sources for one place in the root the first by its path is taken, and a file before the directory that
 * another place has of that name: only one of them can be there. The others are listed.
 */
export function oneSourcePerPlace({ workspace }: Context, files: readonly SourceFile[]): SettledSources {
  const byTarget = new Map<string, SourceFile>();
  const omitted: Omission[] = [];
  const shown = ({ source }: SourceFile) => shownPath(workspace, source);
  for (const file of files.toSorted(
    (one, other) => compare(one.wanted.path, other.wanted.path) || compare(one.source, other.source),
  )) {
    const { path: target, sha256 } = file.wanted;
    const first = byTarget.get(target);
    if (!first) byTarget.set(target, file);
    else {
      const reason =
        first.wanted.sha256 === sha256
          ? `the same content goes there from "${shown(first)}"`
          : `"${shown(first)}" goes to the same place with other content`;
      omitted.push({ path: shown(file), reason });
    }
  }
  for (const [target, file] of byTarget) {
    const inTheWay = byTarget.get(fileAbove(byTarget, target) ?? '');
    if (!inTheWay) continue;
    byTarget.delete(target);
    omitted.push({ path: shown(file), reason: `"${shown(inTheWay)}" goes to where its directory would be` });
  }
  return { byTarget, omitted };
}

/** The file, if any, that goes to where a directory on the way to `target` would have to be. */
export function fileAbove(byTarget: ReadonlyMap<string, SourceFile>, target: string): string | undefined {
  for (let end = target.lastIndexOf('/'); end > 0; end = target.lastIndexOf('/', end - 1)) {
    if (byTarget.has(target.slice(0, end))) return target.slice(0, end);
  }
  return undefined;
}

/**
 * By target: the sources that earlier migrations brought there and left a link for. Such a source is read no more, yet its
 * only copy is the one in the root: what another source has for that place is left out, as it was the first time.
 */
export function linkedSources(context: Context): Map<string, string> {
  const view = profileView(context);
  const linked = new Map<string, string>();
  for (const { status, plan } of readMigrations(context)) {
    if (status !== 'completed') continue;
    for (const item of plan.items) {
      const source = path.resolve(context.workspace, item.source);
      if (!linked.has(item.target) && leadsIntoRoot(view, source)) linked.set(item.target, source);
    }
  }
  return linked;
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
