import type { ApplyResult } from '../../protocol/migrations.ts';
import { appendLog } from '../audit/log.ts';
import type { Context } from '../context.ts';
import { newId } from '../id.ts';
import type { Placed, ReadyPlacement } from '../placement/place.ts';
import { lstatOf } from '../placement/plan.ts';
import { HalfDone } from '../placement/swap.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { takeSafetySnapshot } from '../snapshots/safety.ts';
import { fillFromSources } from './fill-from-sources.ts';
import type { Settled } from './policy.ts';
import { removeMigration, type StoredMigration, type StoredPlan, writeMigration } from './records.ts';

/**
 * Places what was settled on, and keeps the record of it: written before the first change, and completed after the last.
 *
 * @throws what placing throws; then nothing was changed, and there is no record
 */
export async function carryOut(
  context: Context,
  ready: ReadyPlacement,
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
    input: stored.input,
    safetySnapshot: null,
    placed: files.map(({ path, type, sha256, mode, mtime }) => ({
      path,
      mode,
      mtime,
      source: settled.sources.get(path)!,
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
    placed = await ready.place(
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

/** The files are in place: says so in the record and the log. @param failed what of them could not be placed */
export function complete(context: Context, migration: StoredMigration, failed: ApplyResult['omitted']): ApplyResult {
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
