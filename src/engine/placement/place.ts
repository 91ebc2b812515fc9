import { dirname } from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { makeDirectory } from '../durable.ts';
import { HoldfastError, isAbsent, systemCode } from '../errors.ts';
import { withLock } from '../lock.ts';
import { Pace } from '../pace.ts';
import type { Work } from '../ports.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { type PlacementHome, placementHome } from './home.ts';
import { type Journal, type JournalStep, writeJournal } from './journal.ts';
import { type Change, type PlacementOptions, type PlacementPlan, planPlacement } from './plan.ts';
import { clearHome, recoverPlacement } from './recover.ts';
import { Stager } from './stage.ts';
import { swap } from './swap.ts';
import type { Wanted } from './wanted.ts';

export interface Placement {
  /** Absolute. */
  base: string;
  wanted: readonly Wanted[];
  options: PlacementOptions;
  /** Puts the bytes of these files into the stager; links and directories are seen to. */
  fill(stager: Stager, files: readonly Wanted[]): Promise<void>;
  /** Called once it is known what will be overwritten or deleted, before anything is. */
  beforeOverwrite(paths: readonly string[]): Promise<void>;
}

export interface Placed {
  changes: Change[];
  failed: Omission[];
  /** Files and links that were written, each with its digest checked. */
  written: number;
}

/**
 * The one way in which files get into the root, or into any directory: everything new is first written to a private
 * place on the same file system and its digests are checked; then a journal says what goes where; then renames do it.
 * Killed before the journal is written it never happened, after that the next command completes it.
 *
 * @throws LOCKED, DISK_FULL, CANCELLED, CONFLICT; then everything is as it was before
 */
export async function place(
  context: Context,
  { base, wanted, options, fill, beforeOverwrite }: Placement,
  work: Work,
): Promise<Placed> {
  const { ports } = context;
  if (base === context.root) {
    makeDirectory(ports, base, 0o777);
    ensureVault(context);
  }
  const home = placementHome(context, base);
  const firstMade = ports.fs.mkdirSync(base, { recursive: true });
  makeDirectory(ports, home.directory);
  try {
    return await withLock(ports, home.lock, async () => {
      recoverPlacement(ports, home);
      const plan = await planPlacement(ports, base, wanted, options, work);
      const overwritten = plan.changes
        .filter(({ action }) => action === 'overwrite' || action === 'delete')
        .map(({ path }) => path);
      if (overwritten.length > 0) await beforeOverwrite(overwritten);
      try {
        return await execute(context, home, plan, fill, work);
      } finally {
        clearHome(ports, home);
      }
    });
  } finally {
    if (home.passing) removePassingHome(context, home, firstMade);
  }
}

async function execute(
  context: Context,
  home: PlacementHome,
  plan: PlacementPlan,
  fill: Placement['fill'],
  work: Work,
): Promise<Placed> {
  const { ports } = context;
  ports.fs.mkdirSync(home.staged, { mode: 0o700 });
  ports.fs.mkdirSync(home.displaced, { mode: 0o700 });
  const stager = new Stager(ports, home);
  const puts = plan.steps.flatMap(step => (step.do === 'put' ? [step.wanted] : []));
  for (const one of puts) if (one.type === 'link') stager.link(one);
  await fill(
    stager,
    puts.filter(one => one.type === 'file'),
  );
  stager.flush();
  const journal = journalOf(plan, stager);
  new Pace(work).check();
  if (journal.steps.length > 0 || journal.directories.length > 0) {
    writeJournal(ports, home, journal);
    swap(ports, home, journal);
  }
  const dropped = new Set(stager.failed.map(({ path }) => path));
  return {
    changes: plan.changes.filter(({ path }) => !dropped.has(path)),
    failed: [...plan.failed, ...stager.failed],
    written: stager.count,
  };
}

/** The steps of what could be staged; a file whose bytes were not right is left out, and what it would replace stays. */
function journalOf(plan: PlacementPlan, stager: Stager): Journal {
  let displaced = 0;
  const steps = plan.steps.flatMap((step): JournalStep[] => {
    if (step.do === 'rmdir' || step.do === 'mkdir') return [step];
    if (step.do === 'delete') return [{ do: 'delete', path: step.path, displaced: displaced++ }];
    const staged = stager.numberOf(step.path);
    if (staged === undefined) return [];
    return [{ do: 'put', path: step.path, staged, displaced: step.displaces ? displaced++ : null }];
  });
  return { steps, directories: plan.directories.map(({ path, mode, mtime }) => ({ path, mode, mtime })) };
}

function removePassingHome({ ports: { fs } }: Context, home: PlacementHome, firstMade: string | undefined): void {
  const remove = (directory: string) => {
    try {
      fs.rmdirSync(directory);
      return true;
    } catch (error) {
      if (isAbsent(error) || ['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) return false;
      throw error;
    }
  };
  if (!remove(home.directory) || firstMade === undefined) return;
  // Directories made only to hold what then was not placed go again.
  for (let directory = home.base; directory.length >= firstMade.length && remove(directory); )
    directory = dirname(directory);
}

/** @throws ROOT_UNUSABLE-like errors for a destination that cannot take files */
export function checkDestination({ ports }: Context, directory: string): void {
  try {
    if (ports.fs.statSync(directory).isDirectory()) return;
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  throw new HoldfastError('CONFLICT', 'The destination is not a directory.', {
    path: directory,
    hint: 'Give a directory, or one that does not exist yet, with --to.',
  });
}
