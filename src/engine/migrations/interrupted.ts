import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ApplyResult, MigrationPlan } from '../../protocol/migrations.ts';
import type { Context } from '../context.ts';
import { Pace } from '../pace.ts';
import { lstatOf } from '../placement/plan.ts';
import type { Work } from '../ports.ts';
import { complete } from './carry-out.ts';
import { isPlaced } from './is-placed.ts';
import { settleLinked } from './linked-directories.ts';
import type { Policies } from './policy.ts';
import {
  findMigration,
  readMigrationHeads,
  removeMigration,
  type StoredMigration,
  type StoredPlan,
  wholeMigrations,
} from './records.ts';

/**
 * After a crash: either all files of the migration are in place, and it is completed, or none is, and it starts anew.
 *
 * @returns its result when it is what `wish` asks for
 */
export async function finishInterrupted(
  context: Context,
  wish: StoredPlan['input'],
  work: Work,
): Promise<ApplyResult | undefined> {
  const pace = new Pace(work);
  let finished: ApplyResult | undefined;
  const unsettled = readMigrationHeads(context).filter(
    ({ status, linkedDirectories = [] }) => status === 'applying' || linkedDirectories.length > 0,
  );
  for await (const migration of wholeMigrations(context, unsettled, pace)) {
    await settleLinked(context, migration, pace);
    if (migration.status !== 'applying') continue;
    const present = new Set<string>();
    for (const one of migration.placed) if (await isPlaced(context, one, pace)) present.add(one.path);
    const made = migration.madeDirectories.some(path => lstatOf(context.ports, context.root, path));
    const absent = migration.placed.filter(({ path }) => !present.has(path));
    const omitted = absent.map(({ path }) => ({ path, reason: reasonFor(context, path) }));
    // One of empty directories alone has nothing else to tell by.
    if (present.size === 0 && !(made && omitted.every(({ reason }) => reason === inTheWay))) {
      removeMigration(context, migration.id);
      continue;
    }
    const result = complete(context, migration, omitted);
    if (isDeepStrictEqual(migration.input, wish)) finished = result;
  }
  return finished;
}

const inTheWay = 'something else is in its place';

/** Why a file that was to be placed is not there. */
function reasonFor({ ports, root }: Context, path: string): string {
  if (lstatOf(ports, root, path)?.isDirectory()) return inTheWay;
  for (let above = posix.dirname(path); above !== '.'; above = posix.dirname(above)) {
    if (lstatOf(ports, root, above)?.isDirectory() === false) return inTheWay;
  }
  return 'it was changed or removed since it was placed';
}

/**
 * The migration that has carried out this very plan, with the same decisions, when all that it placed is still there: made
 * again, the plan is another one by now.
 */
export async function carriedOut(
  context: Context,
  plan: MigrationPlan,
  { onConflict, resolutions }: Policies,
  pace: Pace,
): Promise<StoredMigration | undefined> {
  const ids = new Map(plan.items.map(({ id, target }) => [target, id]));
  const head = readMigrationHeads(context).find(
    ({ status, planId, result }) =>
      status === 'completed' &&
      planId === plan.planId &&
      result.conflicts.every(
        ({ target, resolution }) => resolution === (resolutions[ids.get(target) ?? ''] ?? onConflict),
      ),
  );
  const same = head && (await findMigration(context, head.id, pace));
  for (const one of same?.placed ?? []) if (!(await isPlaced(context, one, pace))) return undefined;
  return same;
}
