import { join } from 'node:path';
import type { Context } from '../context.ts';
import { removeQuietly, syncDirectory } from '../durable.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { isLocked, withLock } from '../lock.ts';
import type { Ports } from '../ports.ts';
import { holding } from './held-files.ts';
import { type PlacementHome, placementHome } from './home.ts';
import { readJournal } from './journal.ts';
import { HalfDone, swap } from './swap.ts';

/**
 * Ends what a placement that was killed left: once everything was staged it is finished, before that it is forgotten.
 * To be called by the holder of the home's lock.
 */
export function recoverPlacement(ports: Ports, home: PlacementHome): void {
  const journal = readJournal(ports, home);
  try {
    if (journal) swap(ports, home, journal);
  } catch (error) {
    // Somebody changed the tree since, so it cannot be finished; all was taken back, and so it never happened.
    if (!HoldfastError.is(error, 'CONFLICT') || error instanceof HalfDone) throw error;
  }
  clearHome(ports, home);
}

/**
 * What lies in the home is removed, so it must not be a link to what is not Holdfast's.
 *
 * @throws CONFLICT
 */
export function checkHome({ fs }: Ports, { directory }: PlacementHome): void {
  const there = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (!there || there.isDirectory()) return;
  throw new HoldfastError('CONFLICT', 'Something else is where Holdfast keeps what it is at work on.', {
    path: directory,
    hint: 'Look at what lies there and remove it, then run the command again.',
  });
}

/**
 * Leaves nothing in the home but its lock. The journal goes first: without it, what else lies there is garbage. What
 * cannot be removed is removed by the next placement; that is no failure of this one.
 */
export function clearHome(ports: Ports, home: PlacementHome): void {
  const { fs } = ports;
  if (fs.existsSync(home.journal)) {
    removeQuietly(fs, home.journal);
    try {
      syncDirectory(ports, home.directory);
    } catch {
      // A journal that comes back finds nothing left to do.
    }
  }
  try {
    for (const name of fs.readdirSync(home.directory)) {
      const path = join(home.directory, name);
      if (path !== home.lock && path !== home.journal) fs.rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // Garbage.
  }
}

/**
 * What a placement in the root removes that is under way or was killed, for readers that must not write: it may be gone
 * already, and goes when the placement is finished. A journal that cannot be read is left to those who write.
 */
export function pathsBeingRemoved(context: Context): ReadonlySet<string> {
  try {
    const journal = readJournal(context.ports, placementHome(context, context.root));
    return new Set(journal?.steps.flatMap(step => (step.do === 'delete' ? [step.path] : [])));
  } catch (error) {
    if (HoldfastError.is(error, 'CORRUPT', 'NEWER_VERSION')) return new Set();
    throw error;
  }
}

/** Before the root is read as a whole: finishes a placement that was killed, so that no half of it is seen. */
export async function settleRoot(context: Context): Promise<void> {
  const { ports } = context;
  const home = placementHome(context, context.root);
  let left: string[];
  try {
    left = ports.fs.readdirSync(home.directory);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  if (left.length === 0 || isLocked(ports, home.lock)) return;
  checkHome(ports, home);
  try {
    await holding(ports, home.held, held => withLock(held, home.lock, async () => recoverPlacement(held, home)));
  } catch (error) {
    // Somebody else sees to it, or is at work.
    if (!HoldfastError.is(error, 'LOCKED')) throw error;
  }
}
