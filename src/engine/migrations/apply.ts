import type { z } from 'zod';
import { ApplyMigration, type ApplyResult } from '../../protocol/migrations.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { carryOut } from './carry-out.ts';
import { carriedOut, finishInterrupted } from './interrupted.ts';
import { linkSources } from './old-places.ts';
import { makePlan } from './plan.ts';
import { type Settled, settleConflicts } from './policy.ts';
import {
  findPlan,
  migrationLock,
  readMigrations,
  type StoredMigration,
  type StoredPlan,
  writePlan,
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
  const finished = dryRun ? undefined : await finishInterrupted(context, wish, work);
  const finish = async (result: ApplyResult, isMeant: (migration: StoredMigration) => boolean) =>
    after === 'link' && !dryRun ? linked(context, result, wish, isMeant, work) : result;
  if (finished) return finish(finished, ({ id }) => id === finished.migrationId);
  const policies = { onConflict, resolutions };
  const stored = await makePlan(context, wish, work);
  if (given && given.plan.planId !== stored.plan.planId) {
    const earlier = await carriedOut(context, given.plan, policies, new Pace(work));
    if (earlier) return finish(nothingToDo(earlier, dryRun), ({ id }) => id === earlier.id);
    throw new HoldfastError('PLAN_STALE', 'The files are no longer those that this plan was made for.', {
      hint: 'Make a new plan and look at it: holdfast migrate plan',
      details: { planId: given.plan.planId, now: stored.plan.planId },
    });
  }
  const settled = await settleConflicts(context, stored, policies, new Pace(work));
  const result = resultOf(stored, settled, dryRun);
  if (dryRun) return result;
  if (settled.wanted.length > 0 && !given) writePlan(context, stored);
  const applied = settled.wanted.length > 0 ? await carryOut(context, stored, settled, result, work) : result;
  // Also what earlier migrations brought in: one that was killed while it linked, or was to keep the sources.
  return finish(applied, ({ placed }) => placed.some(one => stored.sources[one.path] === one.source));
}

/** With the files in place, their sources become links to them; what has to stay a file is listed. */
async function linked(
  context: Context,
  applied: ApplyResult,
  { from }: StoredPlan['input'],
  isMeant: (migration: StoredMigration) => boolean,
  work: Work,
): Promise<ApplyResult> {
  const omitted = [...applied.omitted];
  for (const migration of readMigrations(context)) {
    if (migration.status !== 'completed' || !isMeant(migration)) continue;
    omitted.push(...(await linkSources(context, migration, from, new Pace(work))));
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
