import type { Snapshot } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { PathSet } from '../path-set.ts';
import { areaOf } from '../root/areas.ts';

/**
 * Whether a snapshot can tell that nothing lay at a path: only where it looked. One of other paths or areas, and one that
 * had to leave the path out, says nothing about it.
 */
export function coverageOf(context: Pick<Context, 'profile'>, { scope, skipped }: Snapshot): (path: string) => boolean {
  const leftOut = new PathSet(skipped.map(({ path }) => path));
  const chosen = new PathSet(scope.paths);
  const everything = scope.paths.length === 0 && scope.areas.length === 0;
  return path =>
    !leftOut.covers(path) &&
    (everything || chosen.covers(path) || scope.areas.includes(areaOf(context.profile, path)?.id ?? ''));
}

/**
 * Whether a snapshot is of this root: not one that came from elsewhere, and not the safety snapshot of a directory
 * outside (those of the root cover all of it, those of other directories name the paths that were in danger).
 */
export function isOfRoot({ rootId, reason, scope }: Snapshot, ownRootId: string): boolean {
  return rootId === ownRootId && !(reason.startsWith('before-') && scope.paths.length > 0);
}
