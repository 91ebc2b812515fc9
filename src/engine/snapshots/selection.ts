import picomatch from 'picomatch';
import type { Scope } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { PathSet } from '../path-set.ts';
import { isOwnPath } from '../placement/home.ts';
import { areaOf } from '../root/areas.ts';

/** Which paths below the root an operation is about. */
export interface Selection {
  /** Whether everything is meant that is not excluded. */
  isWhole: boolean;
  /** Whether this path itself is meant. */
  takes(path: string): boolean;
  /** Whether something below this directory may be meant. */
  mayHold(path: string): boolean;
  /** Whether the user's `holdfast.exclude` leaves this path out. */
  excludes(path: string): boolean;
}

/**
 * @param scope both lists empty: everything but the vault
 * @throws NOT_FOUND for an area that the profile does not have, INVALID_NAME for a path that leaves the root
 */
export function selectionOf(context: Context, scope: Scope): Selection {
  const chosen = new PathSet(scope.paths.map(path => checkedPath(path, context.ports.platform)));
  for (const id of scope.areas) {
    if (!context.profile.areas.some(area => area.id === id)) {
      throw new HoldfastError('NOT_FOUND', `The profile "${context.profile.id}" has no area "${id}".`, {
        hint: `It has: ${context.profile.areas.map(area => area.id).join(', ')}`,
      });
    }
  }
  const everything = scope.paths.length === 0 && scope.areas.length === 0;
  const excluded =
    context.settings.exclude.length > 0 ? picomatch([...context.settings.exclude], { dot: true }) : () => false;
  const takes = (path: string) =>
    !isOwnPath(path) &&
    (everything ||
      chosen.covers(path) ||
      (scope.areas.length > 0 && scope.areas.includes(areaOf(context.profile, path)?.id ?? '')));
  return {
    isWhole: everything,
    takes,
    mayHold: path => !isOwnPath(path) && (takes(path) || scope.areas.length > 0 || chosen.leadsTo(path)),
    excludes: excluded,
  };
}

/** The same, but nothing in `paths`, nor what leads to it, is excluded. */
export function withAlways(selection: Selection, paths: readonly string[]): Selection {
  if (paths.length === 0) return selection;
  // Of a hundred thousand paths only when something is excluded at all.
  let kept: PathSet | undefined;
  const isKept = (path: string) => {
    kept ??= new PathSet(paths);
    return kept.leadsTo(path);
  };
  return { ...selection, excludes: path => selection.excludes(path) && !isKept(path) };
}
