import type { z } from 'zod';
import { ApplyMigration, type ApplyResult } from '../../protocol/migrations.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import { type ReadyPlacement, withPlacement } from '../placement/place.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { carryOut } from './carry-out.ts';
import { carriedOut, finishInterrupted } from './interrupted.ts';
import { lstat } from './old-files.ts';
import { linkSources } from './old-places.ts';
import { makePlan } from './plan.ts';
import { type Settled, settleConflicts } from './policy.ts';
import {
  findPlan,
  migrationLock,
  readMigrationHeads,
  type StoredMigration,
  type StoredPlan,
  wholeMigrations,
} from './records.ts';

/**
 * Brings legacy state into the root as a plan says: copied beside, verified, then put into place at once. The sources
 * are only read. Run again after a crash it goes on where it was.
 *
 * @throws PLAN_STALE when the files are no longer those of the given plan, CONFLICT under the policy `fail`, LOCKED,
 * DISK_FULL, CANCELLED; then nothing was changed
 */
export async function applyMigration(context: Context, input: ApplyMigration, work: Work): Promise<ApplyResult> {
  const parsed = ApplyMigration.parse(input);
  makeDirectory(context.ports, context.root, 0o777);
  ensureVault(context);
  if (parsed.dryRun) return apply(context, parsed, work);
  return withLock(context.ports, migrationLock(context), () => apply(context, parsed, work));
}

async function apply(
  context: Context,
  { plan: reference, from, set, onConflict, resolutions, after, dryRun }: z.output<typeof ApplyMigration>,
  work: Work,
): Promise<ApplyResult> {
  await settleRoot(context);
  const given = reference === undefined ? undefined : findPlan(context, reference);
  const wish = given?.input ?? { from, set };
  const finish = async (result: ApplyResult, isMeant: Meant) =>
    after === 'link' && !dryRun ? linked(context, result, wish, isMeant, work) : result;
  const finished = dryRun ? undefined : await finishInterrupted(context, wish, work);
  if (finished) return finish(finished, ({ id }) => id === finished.migrationId);
  const policies = { onConflict, resolutions };
  const run = async (ready?: ReadyPlacement): Promise<[ApplyResult, Meant]> => {
    const made = await makePlan(context, wish, work, ready?.stager);
    if (given && given.plan.planId !== made.plan.planId) {
      const earlier = await carriedOut(context, given.plan, policies, new Pace(work));
      if (earlier) return [nothingToDo(earlier, dryRun), ({ id }) => id === earlier.id];
      throw new HoldfastError('PLAN_STALE', 'The files are no longer those that this plan was made for.', {
        hint: 'Make a new plan and look at it: holdfast migrate plan',
        details: { planId: given.plan.planId, now: made.plan.planId },
      });
    }
    const settled = await settleConflicts(context, made, policies, new Pace(work));
    const result = resultOf(made, settled, dryRun);
    const isNeeded = ready && settled.wanted.length > 0;
    return [
      isNeeded ? await carryOut(context, ready, made, settled, result, work) : result,
      // Also what earlier migrations brought in: one that was killed while it linked, or was to keep the sources.
      ({ placed }) => placed.some(one => made.sources.get(one.path) === one.source),
    ];
  };
  return finish(...(dryRun ? await run() : await withPlacement(context, context.root, run)));
}

/** Whether the sources of a migration are to become links. */
type Meant = (migration: StoredMigration) => boolean;

/** With the files in place, their sources become links to them; what has to stay a file is listed. */
async function linked(
  context: Context,
  applied: ApplyResult,
  { from }: StoredPlan['input'],
  isMeant: Meant,
  work: Work,
): Promise<ApplyResult> {
  const omitted = [...applied.omitted];
  const completed = readMigrationHeads(context).filter(({ status }) => status === 'completed');
  const pace = new Pace(work);
  for await (const migration of wholeMigrations(context, completed, pace)) {
    // When it was killed between two renames, the profile may not have found its source where it is now.
    const isOwed = migration.linkedDirectories?.some(one => lstat(context, one.path)?.isDirectory());
    if (!isOwed && !isMeant(migration)) continue;
    omitted.push(...(await linkSources(context, migration, from, pace)));
  }
  return { ...applied, omitted };
}

function resultOf({ plan }: StoredPlan, settled: Settled, dryRun: boolean): ApplyResult {
  return {
    migrationId: null,
    planId: plan.planId,
    status: settled.wanted.length === 0 ? 'nothing-to-do' : 'completed',
    copied: settled.wanted.filter(one => one.type !== 'dir' && !settled.upgrades.has(one.path)).length,
    upgraded: settled.wanted.filter(one => settled.upgrades.has(one.path)).length,
    identical: plan.totals.identical,
    conflicts: settled.conflicts,
    omitted: plan.omitted,
    verified: 0,
    safetySnapshot: null,
    dryRun,
  };
}

function nothingToDo({ planId, placed, result }: StoredMigration, dryRun: boolean): ApplyResult {
  return {
    migrationId: null,
    planId,
    status: 'nothing-to-do',
    copied: 0,
    upgraded: 0,
    identical: placed.length,
    conflicts: [],
    omitted: result.omitted,
    verified: placed.length,
    safetySnapshot: null,
    dryRun,
  };
}
