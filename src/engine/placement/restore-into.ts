import type { Omission, Overwrite, RestoreResult } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import type { Work } from '../ports.ts';
import { takeSafetySnapshot } from '../snapshots/safety.ts';
import { place } from './place.ts';
import { type PlacementPlan, planPlacement } from './plan.ts';
import type { Stager } from './stage.ts';
import type { Wanted } from './wanted.ts';

export interface Restore {
  base: string;
  wanted: readonly Wanted[];
  deletes: readonly string[];
  overwrite: Overwrite;
  dryRun: boolean;
  /** What was left out of `wanted` on purpose: only reported. */
  omitted?: readonly Omission[];
  /** What would be deleted, but that nobody can tell to be extra: only reported. */
  leftAlone?: readonly string[];
  /** What the files come from, in words: the title of the safety snapshot says so. */
  origin: string;
  fill(stager: Stager, files: readonly Wanted[]): Promise<void>;
}

/** Restores of both kinds: the same plan, the same safety snapshot, the same report. */
export async function restoreInto(context: Context, restore: Restore, work: Work): Promise<RestoreResult> {
  const { base, wanted, deletes, overwrite, dryRun, omitted = [], leftAlone = [], origin, fill } = restore;
  if (dryRun) {
    const plan = await planPlacement(context.ports, base, wanted, { overwrite, deletes }, work);
    return report(plan, { base, safetySnapshot: null, verified: 0, dryRun, omitted, leftAlone });
  }
  let safetySnapshot: string | null = null;
  const takeSafety = async (paths: readonly string[], made: readonly string[]) => {
    if (!context.settings.snapshotBeforeRestore) return;
    const danger = { reason: 'before-restore', title: `Before restoring ${origin}`, paths, made, base } as const;
    safetySnapshot = await takeSafetySnapshot(context, danger, work);
  };
  const placed = await place(
    context,
    {
      base,
      wanted,
      options: { overwrite, deletes },
      fill,
      beforeOverwrite: takeSafety,
      // Of the root as it is, so that restoring that, with what is not in it deleted, undoes this restore too.
      beforeCreate: async () => {
        if (base === context.root) await takeSafety([], []);
      },
    },
    work,
  );
  return report(placed, { base, safetySnapshot, verified: placed.written, dryRun, omitted, leftAlone });
}

/** `restored` counts files and links written, those that replaced something included. */
function report(
  { changes, failed }: Pick<PlacementPlan, 'changes' | 'failed'>,
  {
    base,
    safetySnapshot,
    verified,
    dryRun,
    omitted,
    leftAlone,
  }: Pick<RestoreResult, 'safetySnapshot' | 'verified' | 'dryRun'> & {
    base: string;
    omitted: readonly Omission[];
    leftAlone: readonly string[];
  },
): RestoreResult {
  const leaves = changes.filter(({ type }) => type !== 'dir');
  const count = (...actions: string[]) => leaves.filter(({ action }) => actions.includes(action)).length;
  return {
    restored: count('create', 'overwrite'),
    overwritten: count('overwrite'),
    unchanged: count('unchanged', 'keep'),
    kept: count('keep'),
    deleted: changes.filter(({ action }) => action === 'delete').map(({ path }) => path),
    failed,
    omitted: [...omitted],
    leftAlone: [...leftAlone],
    safetySnapshot,
    verified,
    to: base,
    dryRun,
    changes,
  };
}
