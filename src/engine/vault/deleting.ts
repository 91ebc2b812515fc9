import { type Context, vaultPath } from '../context.ts';
import { removeQuietly } from '../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { type Lock, withLock } from '../lock.ts';

/**
 * Runs `work` as the only one that deletes from this vault (design rule 7), also on a full disk, where there is no room for
 * the lock itself.
 *
 * @throws LOCKED naming who is at it
 */
export async function deleting<T>(context: Context, work: (lock: Lock) => Promise<T>): Promise<T> {
  let begun = false;
  const attempt = () =>
    withLock(context.ports, deletingLock(context), lock => {
      begun = true;
      return work(lock);
    });
  try {
    return await attempt();
  } catch (error) {
    if (begun || !HoldfastError.is(error, 'DISK_FULL')) throw error;
    makeRoom(context);
    return attempt();
  }
}

/** Held by whoever deletes. */
export function deletingLock(context: Context): string {
  return vaultPath(context, 'locks', 'delete.json');
}

/** Writes what deleting needs to have written first: a few hundred bytes, which a full disk does not have. */
export function withRoom<T>(context: Context, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (asHoldfastError(error).code !== 'DISK_FULL') throw error;
    makeRoom(context);
    return write();
  }
}

/** Removes the caches. They are made again, at the cost of reading every file and every pack once. */
function makeRoom(context: Context): void {
  const { fs } = context.ports;
  for (const directory of ['cache', 'index']) {
    let names: string[] = [];
    try {
      // Where a link leads, nothing is a cache.
      if (!fs.lstatSync(vaultPath(context, directory)).isDirectory()) continue;
      names = fs.readdirSync(vaultPath(context, directory));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    for (const name of names) removeQuietly(fs, vaultPath(context, directory, name));
  }
}
