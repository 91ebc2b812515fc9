import { ApplyMigration, type ApplyResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { newId } from '../id.ts';
import { systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { place } from '../placement/place.ts';
import { at, lstatOf } from '../placement/plan.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { takeSnapshot } from '../snapshots/create.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { makePlan } from './plan.ts';
import { type Settled, settleConflicts } from './policy.ts';
import {
  findPlan,
  readMigrations,
  removeMigration,
  type StoredMigration,
  type StoredPlan,
  writeMigration,
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
  const { plan: reference, from, set, onConflict, dryRun } = ApplyMigration.parse(input);
  makeDirectory(context.ports, context.root, 0o777);
  ensureVault(context);
  await settleRoot(context);
  const given = reference === undefined ? undefined : findPlan(context, reference);
  const finished = await finishInterrupted(context, given, work);
  if (finished) return finished;
  const stored = await makePlan(context, given?.input ?? { from, set }, work);
  if (given && given.plan.planId !== stored.plan.planId) {
    throw new HoldfastError('PLAN_STALE', 'The files are no longer those that this plan was made for.', {
      hint: 'Make a new plan and look at it: holdfast migrate plan',
      details: { planId: given.plan.planId, now: stored.plan.planId },
    });
  }
  const settled = settleConflicts(context, stored, onConflict);
  const result = resultOf(stored, settled, dryRun);
  if (settled.wanted.length === 0 || dryRun) return result;
  if (!given) writePlan(context, stored);
  return carryOut(context, stored, settled, result, work);
}

function resultOf({ plan }: StoredPlan, settled: Settled, dryRun: boolean): ApplyResult {
  return {
    migrationId: null,
    planId: plan.planId,
    status: settled.wanted.length === 0 ? 'nothing-to-do' : 'completed',
    copied: settled.wanted.filter(one => one.type !== 'dir').length,
    upgraded: 0,
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
    placed: files.map(({ path, type, sha256 }) => ({
      path,
      sha256: sha256!,
      type: type === 'link' ? 'link' : 'file',
      replaced: lstatOf(ports, context.root, path) !== undefined,
    })),
    ...directoriesAround(context, settled.wanted),
    result: { ...planned, migrationId: id, verified: files.length },
  };
  writeMigration(context, migration);
  try {
    const placed = await place(
      context,
      {
        base: context.root,
        wanted: settled.wanted,
        options: { overwrite: 'always', deletes: [] },
        fill: (stager, wanted) => fillFromSources(context, settled.sources, stager, wanted, work),
        beforeOverwrite: async () => {
          const labels = { title: 'Before migrating', description: '', tags: ['safety'], pinned: false };
          const snapshot = await takeSnapshot(
            context,
            { reason: 'before-migrate', scope: { paths: [], areas: [] }, labels },
            work,
          );
          migration.safetySnapshot = snapshot.id;
          migration.result.safetySnapshot = snapshot.id;
          writeMigration(context, migration);
        },
      },
      work,
    );
    return complete(context, migration, placed.failed);
  } catch (error) {
    // A swap that was interrupted may be finished by the next command, and then needs its record.
    if (HoldfastError.is(asHoldfastError(error))) removeMigration(context, id);
    throw error;
  }
}

function complete(context: Context, migration: StoredMigration, failed: ApplyResult['omitted']): ApplyResult {
  const lost = new Set(failed.map(({ path }) => path));
  const placed = migration.placed.filter(({ path }) => !lost.has(path));
  const result: ApplyResult = {
    ...migration.result,
    copied: placed.length,
    verified: placed.length,
    omitted: [...migration.result.omitted, ...failed],
  };
  writeMigration(context, { ...migration, placed, files: placed.length, status: 'completed', result });
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

/** After a crash: either all files of the migration are in place, and it is completed, or none is, and it starts anew. */
async function finishInterrupted(
  context: Context,
  given: StoredPlan | undefined,
  work: Work,
): Promise<ApplyResult | undefined> {
  const pace = new Pace(work);
  for (const migration of readMigrations(context)) {
    if (migration.status !== 'applying') continue;
    const present = await Promise.all(migration.placed.map(one => isPlaced(context, one, pace)));
    if (present.some(Boolean)) {
      const result = complete(
        context,
        migration,
        migration.placed
          .filter((_, index) => !present[index])
          .map(({ path }) => ({ path, reason: 'it was changed or removed since it was placed' })),
      );
      if (!given || given.plan.planId === migration.planId) return result;
    } else removeMigration(context, migration.id);
  }
  return undefined;
}

/** Whether what the migration put there is still there, unchanged. */
export async function isPlaced(
  context: Context,
  { path, sha256, type }: StoredMigration['placed'][number],
  pace: Pace,
): Promise<boolean> {
  const there = lstatOf(context.ports, context.root, path);
  if (!there) return false;
  if (type === 'link') return there.isSymbolicLink();
  return there.isFile() && (await hashFile(context.ports.fs, at(context.root, path), pace)) === sha256;
}

async function fillFromSources(
  context: Context,
  sources: Record<string, string>,
  stager: Stager,
  wanted: readonly Wanted[],
  work: Work,
): Promise<void> {
  const { fs } = context.ports;
  const pace = new Pace(work);
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (const [done, one] of wanted.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Copying', done, total: wanted.length, unit: 'files' });
    const staged = stager.open(one);
    let file: number | undefined;
    try {
      file = fs.openSync(
        systemPath(sources[one.path]!),
        fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0),
      );
      for (let read = fs.readSync(file, buffer); read > 0; read = fs.readSync(file, buffer)) {
        staged.write(buffer.subarray(0, read));
        if (pace.due()) await pace.breathe();
      }
    } catch (error) {
      const known = asHoldfastError(error);
      staged.fail(known.message);
      if (known.code === 'DISK_FULL' || known.code === 'CANCELLED') throw known;
      continue;
    } finally {
      if (file !== undefined) fs.closeSync(file);
    }
    staged.close();
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
