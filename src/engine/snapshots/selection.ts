import picomatch from 'picomatch';
import type { Scope } from '../../protocol/snapshots.ts';
import { type Context, vaultName } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath, isWithin } from '../names.ts';
import { areaOf } from '../root/areas.ts';

/** Which paths below the root an operation is about. */
export interface Selection {
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
  const paths = scope.paths.map(path => checkedPath(path, context.ports.platform));
  for (const id of scope.areas) {
    if (!context.profile.areas.some(area => area.id === id)) {
      throw new HoldfastError('NOT_FOUND', `The profile "${context.profile.id}" has no area "${id}".`, {
        hint: `It has: ${context.profile.areas.map(area => area.id).join(', ')}`,
      });
    }
  }
  const everything = paths.length === 0 && scope.areas.length === 0;
  const excluded =
    context.settings.exclude.length > 0 ? picomatch([...context.settings.exclude], { dot: true }) : () => false;
  const isVault = (path: string) => isWithin(path, vaultName);
  const takes = (path: string) =>
    !isVault(path) &&
    (everything ||
      paths.some(chosen => isWithin(path, chosen)) ||
      (scope.areas.length > 0 && scope.areas.includes(areaOf(context.profile, path)?.id ?? '')));
  return {
    takes,
    mayHold: path =>
      !isVault(path) && (takes(path) || scope.areas.length > 0 || paths.some(chosen => isWithin(chosen, path))),
    excludes: excluded,
  };
}
