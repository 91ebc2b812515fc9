import path from 'node:path';
import type { Snapshot } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { PathSet } from '../path-set.ts';
import { lstatOf } from '../placement/plan.ts';
import { VaultsThere } from '../placement/vaults-there.ts';
import type { Wanted } from '../placement/wanted.ts';
import { readNames, specialKind } from '../read-directory.ts';
import { areaOf } from '../root/areas.ts';
import type { TreeEntry } from '../vault/tree.ts';
import { type Selection, selectionOf } from './selection.ts';

/** What a snapshot does not have, relative to where it is restored. */
export interface Extra {
  /** To be deleted: deepest first. */
  paths: string[];
  /** What lies where the snapshot could not look, and may be as old as itself. */
  leftAlone: string[];
}

/** What lies below the base, within the selection, and is not wanted. Vaults and special files are nobody's extra. */
export function findExtra(
  context: Context,
  base: string,
  selection: Selection,
  snapshot: Pick<Snapshot, 'skipped'>,
  wanted: readonly Wanted[],
): Extra {
  const { ports } = context;
  const kept = new Map<string, TreeEntry['type']>(wanted.map(({ path: at, type }) => [at, type]));
  const isUnknown = notLookedAt(context, snapshot);
  const vaults = new VaultsThere(ports, base);
  const extra: Extra = { paths: [], leftAlone: [] };
  const visit = (at: string): boolean => {
    let empty = true;
    for (const name of readNames(ports.fs, path.join(base, at))) {
      const inside = at === '' ? name : `${at}/${name}`;
      const stat = lstatOf(ports, base, inside);
      if (!stat) continue;
      if (!selection.mayHold(inside) || selection.excludes(inside) || specialKind(stat) || vaults.holds(inside)) {
        empty = false;
        continue;
      }
      if (!kept.has(inside) && selection.takes(inside) && isUnknown(inside)) {
        extra.leftAlone.push(inside);
        empty = false;
        continue;
      }
      const gone =
        (!stat.isDirectory() || visit(inside)) && selection.takes(inside) && goes(kept.get(inside), stat.isDirectory());
      if (gone) extra.paths.push(inside);
      else empty = false;
    }
    return empty;
  };
  if (lstatOf(ports, base, '')) visit('');
  return extra;
}

/** Only what the snapshot covers and the restore is about can be extra. */
export function coveredBy(context: Context, { scope }: Snapshot, chosen: readonly string[]): Selection {
  const one = selectionOf(context, scope);
  const other = selectionOf(context, { paths: [...chosen], areas: [] });
  return {
    isWhole: false,
    takes: at => one.takes(at) && other.takes(at),
    mayHold: at => one.mayHold(at) && other.mayHold(at),
    excludes: at => one.excludes(at),
  };
}

/**
 * Of paths that a snapshot does not have: whether it says nothing about them, since it could not read them, or since an
 * export left them out. One that lacks a secret was exported without any of that area.
 */
function notLookedAt({ profile }: Context, { skipped }: Pick<Snapshot, 'skipped'>): (at: string) => boolean {
  const skips = new PathSet(skipped.map(one => one.path));
  const secretAreas = new Set(
    skipped.flatMap(one => {
      const area = areaOf(profile, one.path);
      return area?.secret ? [area.id] : [];
    }),
  );
  return at => skips.covers(at) || (secretAreas.size > 0 && secretAreas.has(areaOf(profile, at)?.id ?? ''));
}

/** A directory in the way of a file goes too; a file in the way of a directory is displaced by it anyway. */
function goes(wanted: TreeEntry['type'] | undefined, isDirectory: boolean): boolean {
  return wanted === undefined || (isDirectory && wanted !== 'dir');
}
