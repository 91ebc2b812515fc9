import { dirname } from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { makeDirectories, makeDirectory } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { type Lock, withLock } from '../lock.ts';
import { parentOf } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Ports, Work } from '../ports.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { closedDirectories } from './directories.ts';
import { type HoldingPorts, holding } from './held-files.ts';
import { type PlacementHome, placementHome } from './home.ts';
import { type Journal, type JournalStep, writeJournal } from './journal.ts';
import {
  type Change,
  contentState,
  lstatOf,
  type PlacementOptions,
  type PlacementPlan,
  planPlacement,
  stateOf,
} from './plan.ts';
import { checkHome, clearHome, recoverPlacement } from './recover.ts';
import { Stager } from './stage.ts';
import { fillWithLinks } from './stage-hard-links.ts';
import { HalfDone, swap } from './swap.ts';
import type { Wanted } from './wanted.ts';

export interface Placement {
  /** Absolute. */
  base: string;
  wanted: readonly Wanted[];
  options: PlacementOptions;
  /** All of it or nothing: a path that cannot be placed or removed stops it, instead of being listed. */
  whole?: boolean;
  /** Puts the bytes of these files into the stager; links and directories are seen to. */
  fill(stager: Stager, files: readonly Wanted[]): Promise<void>;
  /**
   * Called once it is known what will be overwritten or deleted, before anything is.
   *
   * @param made what will be made besides; of new directories only the topmost
   */
  beforeOverwrite(paths: readonly string[], made: readonly string[]): Promise<void>;
  /** Called instead where nothing will be, but something will be made that is not there. */
  beforeCreate?(): Promise<void>;
}

export interface Placed {
  changes: Change[];
  /** What was not placed, or not as one file with another. */
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
export async function place(context: Context, placement: Placement, work: Work): Promise<Placed> {
  return withPlacement(context, placement.base, ready => ready.place(placement, work));
}

/** The private directory of a placement, held by this process alone. */
export interface ReadyPlacement {
  /** For what is copied before it is known whether it will be placed. */
  stager: Stager;
  /** To be called once at most. */
  place(placement: Placement, work: Work): Promise<Placed>;
}

/**
 * As `place`, for who wants to stage files before saying what is to be placed.
 *
 * @throws as `place`
 */
export async function withPlacement<T>(
  context: Context,
  base: string,
  run: (ready: ReadyPlacement) => Promise<T>,
): Promise<T> {
  const { ports } = context;
  if (base === context.root) {
    makeDirectory(ports, base, 0o777);
    ensureVault(context);
  }
  const home = placementHome(context, base);
  const firstMade = makeDirectories(ports.fs, base, 0o777);
  let isPlaced = false;
  try {
    return await holding(ports, home.held, held =>
      withHome(held, home, lock => {
        const stager = new Stager(held, home);
        return run({
          stager,
          place: async (placement, work) => {
            const placed = await placeIn(ports, { held, lock, stager }, home, placement, work);
            isPlaced = true;
            return placed;
          },
        });
      }),
    );
  } finally {
    // Directories made only to hold what then could not be placed go again.
    if (!isPlaced && firstMade !== undefined) removeEmpty(ports, base, firstMade);
  }
}

interface Ready {
  held: HoldingPorts;
  lock: Lock;
  stager: Stager;
}

async function withHome<T>(ports: HoldingPorts, home: PlacementHome, run: (lock: Lock) => Promise<T>): Promise<T> {
  checkHome(ports, home);
  try {
    makeDirectory(ports, home.directory);
    return await withLock(ports, home.lock, async lock => {
      recoverPlacement(ports, home);
      try {
        ports.fs.mkdirSync(home.staged, { mode: 0o700 });
        ports.fs.mkdirSync(home.displaced, { mode: 0o700 });
        const done = await run(lock);
        clearHome(ports, home);
        return done;
      } catch (error) {
        if (!(error instanceof HalfDone)) clearHome(ports, home);
        throw error;
      }
    });
  } finally {
    // What cannot be removed is in nobody's way, and goes with the next placement.
    if (home.passing) removeEmpty(ports, home.directory);
  }
}

/** @param ports for looks at what everybody sees: whatever changes something is done with those that hold the base */
async function placeIn(
  ports: Ports,
  { held, lock, stager }: Ready,
  home: PlacementHome,
  { base, wanted, options, whole, fill, beforeOverwrite, beforeCreate }: Placement,
  work: Work,
): Promise<Placed> {
  const plan = await planPlacement(ports, base, wanted, options, work);
  const overwritten = plan.changes
    .filter(({ action }) => action === 'overwrite' || action === 'delete')
    .map(({ path }) => path);
  if (overwritten.length > 0) await beforeOverwrite(overwritten, madeBy(plan));
  else if (plan.changes.some(({ action }) => action === 'create')) await beforeCreate?.();
  const puts: Wanted[] = [];
  for (const step of plan.steps) if (step.do === 'put') puts.push(step.wanted);
  for (const one of puts) if (one.type === 'link') stager.link(one);
  const copies = await fillWithLinks(
    stager,
    puts.filter(one => one.type === 'file' && !stager.has(one)),
    fill,
  );
  const made = plan.steps.flatMap(step => (step.do === 'mkdir' ? [step.path] : []));
  stager.keepOnly(puts, made);
  stager.flush();
  const changed = changedSince(ports, held, plan, stager);
  const dropped = new Set([...stager.failed, ...changed].map(({ path }) => path));
  const failed = [...plan.failed, ...stager.failed, ...changed];
  if (whole && failed[0]) {
    throw new HoldfastError('CONFLICT', `This cannot be done as a whole: ${failed[0].reason}.`, {
      path: failed[0].path,
      hint: 'Nothing was changed. See to this file, then run the command again.',
      details: { failed },
    });
  }
  const journal = journalOf(ports, plan, stager, dropped);
  new Pace(work).check();
  lock.check();
  if (journal.steps.length > 0 || journal.directories.length > 0) {
    writeJournal(held, home, journal);
    swap(held, home, journal);
  }
  return {
    changes: plan.changes.filter(({ path }) => !dropped.has(path)),
    failed: [...failed, ...copies.filter(({ path }) => !dropped.has(path))],
    written: puts.filter(({ path }) => !dropped.has(path)).length,
  };
}

function madeBy({ changes }: PlacementPlan): string[] {
  const created = changes.filter(({ action }) => action === 'create').map(({ path }) => path);
  const all = new Set(created);
  return created.filter(path => !all.has(parentOf(path)));
}

/**
 * What somebody wrote to since the plan was made (and so since the safety snapshot was taken) stays as it is.
 *
 * @throws CONFLICT where other things depend on it
 */
function changedSince(ports: Ports, held: Ports, { base, steps }: PlacementPlan, stager: Stager): Omission[] {
  const changed: Omission[] = [];
  for (const { path } of stager.places.trees()) {
    if (!lstatOf(held, base, path)) continue;
    throw new HoldfastError('CONFLICT', 'Somebody made something where a new directory was to be placed.', {
      path,
      hint: 'Nothing was changed. Run the command again.',
    });
  }
  for (const step of steps) {
    if ((step.do !== 'put' && step.do !== 'delete') || step.there === undefined) continue;
    if (stateOf(lstatOf(ports, base, step.path)) === step.there) continue;
    if (step.do === 'delete' && steps.some(other => other.do === 'mkdir' && other.path === step.path)) {
      throw new HoldfastError('CONFLICT', 'A file was changed that was to give way to a directory.', {
        path: step.path,
        hint: 'Nothing was changed. Run the command again.',
      });
    }
    changed.push({ path: step.path, reason: 'somebody wrote to it meanwhile; it was left as it is' });
  }
  return changed;
}

/** The steps of what could be staged; a file whose bytes were not right is left out, and what it would replace stays. */
function journalOf(ports: Ports, plan: PlacementPlan, stager: Stager, dropped: ReadonlySet<string>): Journal {
  let displaced = 0;
  const steps = plan.steps.flatMap((step): JournalStep[] => {
    const { path } = step;
    if (step.do === 'rmdir') return [step];
    if (step.do === 'mkdir') {
      const tree = stager.places.treeAt(path);
      if (tree) return [{ do: 'put', path, staged: tree.number, displaced: null, holds: tree.holds }];
      return stager.places.isStagedDirectory(path) ? [] : [step];
    }
    if (dropped.has(path)) return [];
    if (step.do === 'delete') return [{ do: 'delete', path, displaced: displaced++, there: contentState(step.there) }];
    const staged = stager.places.numberOf(path);
    if (staged === undefined) return [];
    const there = step.displaces && step.there !== undefined ? { there: contentState(step.there) } : {};
    return [{ do: 'put', path, staged, displaced: step.displaces ? displaced++ : null, ...there }];
  });
  const directories = plan.directories.map(({ path, mode, mtime }) => ({ path, mode, mtime }));
  return { steps, directories, closed: closedDirectories(ports, plan.base, steps) };
}

/** Removes a directory, and those above it down from `first`, as far as they are empty. */
function removeEmpty({ fs }: Ports, directory: string, first = directory): void {
  try {
    for (let one = directory; one.length >= first.length; one = dirname(one)) fs.rmdirSync(one);
  } catch {
    // Not empty.
  }
}
