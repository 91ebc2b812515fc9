import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { ApplyMigration, type ApplyResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import { withLock } from '../lock.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { type Placed, place } from '../placement/place.ts';
import { lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import type { StagedFile, Stager } from '../placement/stage.ts';
import { HalfDone } from '../placement/swap.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { FileCalls, Work } from '../ports.ts';
import { takeSafetySnapshot } from '../snapshots/safety.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { isPlaced } from './is-placed.ts';
import { asInOldPlaces, linkSources, oldDirectories } from './old-places.ts';
import { makePlan } from './plan.ts';
import { type Settled, settleConflicts } from './policy.ts';
import {
  findMigration,
  findPlan,
  migrationLock,
  readMigrations,
  removeMigration,
  type StoredMigration,
  type StoredPlan,
  writeMigration,
  writePlan,
} from './records.ts';
import { upgradedBytes } from './sources.ts';

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
  if (finished) return after === 'link' ? linked(context, finished, finished.migrationId!, work) : finished;
  const stored = await makePlan(context, wish, work);
  if (given && given.plan.planId !== stored.plan.planId) {
    throw new HoldfastError('PLAN_STALE', 'The files are no longer those that this plan was made for.', {
      hint: 'Make a new plan and look at it: holdfast migrate plan',
      details: { planId: given.plan.planId, now: stored.plan.planId },
    });
  }
  const settled = await settleConflicts(context, stored, { onConflict, resolutions }, new Pace(work));
  const result = resultOf(stored, settled, dryRun);
  if (settled.wanted.length === 0 || dryRun) return result;
  if (!given) writePlan(context, stored);
  const applied = await carryOut(context, stored, settled, result, work);
  return after === 'link' && applied.migrationId ? linked(context, applied, applied.migrationId, work) : applied;
}

/** With the files in place, their sources become links to them; what has to stay a file is listed. */
async function linked(context: Context, applied: ApplyResult, id: string, work: Work): Promise<ApplyResult> {
  const migration = findMigration(context, id);
  const placed = asInOldPlaces(context, migration.placed);
  writeMigration(context, { ...migration, placed, oldDirectories: oldDirectories(context, placed) });
  const left = await linkSources(context, migration.placed, new Pace(work));
  return { ...applied, omitted: [...applied.omitted, ...left] };
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

async function carryOut(
  context: Context,
  stored: StoredPlan,
  settled: Settled,
  planned: ApplyResult,
  work: Work,
): Promise<ApplyResult> {
  const { ports } = context;
  const files = settled.wanted.filter(one => one.type !== 'dir');
  const conflicting = new Set(stored.plan.items.filter(item => item.action === 'conflict').map(item => item.target));
  const id = newId(ports);
  const migration: StoredMigration = {
    id,
    planId: stored.plan.planId,
    profile: stored.plan.profile,
    status: 'applying',
    createdAt: ports.now().toISOString(),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    plan: stored.plan,
    safetySnapshot: null,
    placed: files.map(({ path, type, sha256, mode, mtime }) => ({
      path,
      mode,
      mtime,
      source: settled.sources[path]!,
      sha256: sha256!,
      type: type === 'link' ? 'link' : 'file',
      replaced: conflicting.has(path),
      upgraded: settled.upgrades.has(path),
    })),
    ...directoriesAround(context, settled.wanted),
    oldDirectories: [],
    result: { ...planned, migrationId: id, verified: files.length },
  };
  writeMigration(context, migration);
  let placed: Placed;
  try {
    placed = await place(
      context,
      {
        base: context.root,
        wanted: settled.wanted,
        options: { overwrite: 'always', deletes: [] },
        fill: (stager, wanted) => fillFromSources(context, settled, stager, wanted, work),
        beforeOverwrite: async paths => {
          if (!context.settings.snapshotBeforeMigrate) return;
          const danger = { reason: 'before-migrate', title: 'Before migrating', paths, base: context.root } as const;
          migration.safetySnapshot = await takeSafetySnapshot(context, danger, work);
          migration.result.safetySnapshot = migration.safetySnapshot;
          writeMigration(context, migration);
        },
      },
      work,
    );
  } catch (error) {
    // A swap that stopped half-way is finished by the next command, and then needs its record.
    if (!(error instanceof HalfDone)) removeMigration(context, id);
    throw error;
  }
  if (placed.changes.some(({ action }) => action === 'create' || action === 'overwrite')) {
    return complete(context, migration, placed.failed);
  }
  removeMigration(context, id);
  return {
    ...planned,
    status: 'nothing-to-do',
    copied: 0,
    upgraded: 0,
    omitted: [...planned.omitted, ...placed.failed],
  };
}

function complete(context: Context, migration: StoredMigration, failed: ApplyResult['omitted']): ApplyResult {
  const lost = new Set(failed.map(({ path }) => path));
  const placed = migration.placed.filter(({ path }) => !lost.has(path));
  const result: ApplyResult = {
    ...migration.result,
    copied: placed.filter(one => !one.upgraded).length,
    upgraded: placed.filter(one => one.upgraded).length,
    verified: placed.length,
    omitted: [...migration.result.omitted, ...failed],
  };
  try {
    writeMigration(context, { ...migration, placed, files: placed.length, status: 'completed', result });
  } catch {
    // The files are where they belong: a record that does not say so yet is completed by the next apply.
  }
  appendLog(context, {
    action: 'migrate.apply',
    target: migration.id,
    details: {
      planId: migration.planId,
      copied: result.copied,
      omitted: result.omitted.length,
      safetySnapshot: result.safetySnapshot,
    },
  });
  return result;
}

/**
 * After a crash: either all files of the migration are in place, and it is completed, or none is, and it starts anew.
 *
 * @returns its result when it is what `wish` asks for
 */
async function finishInterrupted(
  context: Context,
  wish: StoredPlan['input'],
  work: Work,
): Promise<ApplyResult | undefined> {
  const pace = new Pace(work);
  let finished: ApplyResult | undefined;
  for (const migration of readMigrations(context)) {
    if (migration.status !== 'applying') continue;
    const present = new Set<string>();
    for (const one of migration.placed) if (await isPlaced(context, one, pace)) present.add(one.path);
    const made = migration.madeDirectories.some(path => lstatOf(context.ports, context.root, path));
    // One of empty directories alone has nothing else to tell by.
    if (present.size === 0 && (migration.placed.length > 0 || !made)) {
      removeMigration(context, migration.id);
      continue;
    }
    const changed = migration.placed.filter(({ path }) => !present.has(path));
    const reason = 'it was changed or removed since it was placed';
    const result = complete(
      context,
      migration,
      changed.map(({ path }) => ({ path, reason })),
    );
    if (isDeepStrictEqual(findPlan(context, migration.planId).input, wish)) finished = result;
  }
  return finished;
}

async function fillFromSources(
  context: Context,
  { sources, upgrades }: Settled,
  stager: Stager,
  wanted: readonly Wanted[],
  work: Work,
): Promise<void> {
  const { fs } = context.ports;
  const pace = new Pace(work);
  for (const [done, one] of wanted.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Copying', done, total: wanted.length, unit: 'files' });
    const staged = stager.open(one);
    try {
      const upgrade = upgrades.get(one.path);
      if (upgrade) staged.write(upgradedBytes(fs, sources[one.path]!, upgrade));
      else await copyTo(staged, fs, systemPath(sources[one.path]!), pace);
    } catch (error) {
      // What fails with a system error is the source; that it cannot be written, or was cancelled, is not its fault.
      staged.fail(asHoldfastError(error).message);
      if (HoldfastError.is(error)) throw error;
      continue;
    }
    staged.close();
  }
}

/** For all files one after the other: making one for each takes longer than reading a small file. */
const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

async function copyTo(staged: StagedFile, fs: FileCalls, source: string, pace: Pace): Promise<void> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const file = fs.openSync(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    for (let read = fs.readSync(file, scratch); read > 0; read = fs.readSync(file, scratch)) {
      staged.write(scratch.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(file);
  }
}

function directoriesAround(
  context: Context,
  wanted: readonly Wanted[],
): Pick<StoredMigration, 'madeDirectories' | 'touchedDirectories'> {
  const madeDirectories: string[] = [];
  const touched = new Map<string, { path: string; mode: number; mtime: string }>();
  for (const { path, type } of wanted) {
    if (type === 'dir' && !lstatOf(context.ports, context.root, path)) madeDirectories.push(path);
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const stat = touched.has(parent) ? undefined : lstatOf(context.ports, context.root, parent);
    if (stat) touched.set(parent, { path: parent, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
  }
  return { madeDirectories, touchedDirectories: [...touched.values()] };
}
