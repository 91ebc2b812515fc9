import { type Context, vaultName } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { isLocked, withLock } from '../lock.ts';
import type { Ports } from '../ports.ts';
import { type PlacementHome, placementHome } from './home.ts';
import { readJournal } from './journal.ts';
import { swap } from './swap.ts';

/**
 * Ends what a placement that was killed left: once everything was staged it is finished, before that it is forgotten.
 * To be called by the holder of the home's lock.
 */
export function recoverPlacement(ports: Ports, home: PlacementHome): void {
  const journal = readJournal(ports, home);
  if (journal) swap(ports, home, journal);
  clearHome(ports, home);
}

/** Removes the journal first: without it, what else lies there is garbage. */
export function clearHome({ fs }: Ports, home: PlacementHome): void {
  fs.rmSync(home.journal, { force: true });
  fs.rmSync(home.staged, { recursive: true, force: true });
  fs.rmSync(home.displaced, { recursive: true, force: true });
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
  await withLock(ports, home.lock, async () => recoverPlacement(ports, home));
}

/** Whether a path is Holdfast's own and so never captured, placed or removed. */
export function isOwnPath(path: string): boolean {
  return path === vaultName || path.startsWith(`${vaultName}/`);
}
