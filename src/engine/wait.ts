import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from './errors.ts';
import type { Ports, Work } from './ports.ts';

/** Milliseconds that a short change waits for another one to end before it gives up. */
const patience = 10_000;

/**
 * Tries again while somebody else holds one of the locks at `paths`, for 10 s at most. Only for work that did nothing
 * when it throws LOCKED for one of these.
 *
 * @throws LOCKED when the time is over, CANCELLED
 */
export async function whenFree<T>(
  ports: Pick<Ports, 'randomBytes'>,
  paths: readonly string[],
  work: Work,
  attempt: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const taken = HoldfastError.is(error, 'LOCKED') && error.path !== undefined && paths.includes(error.path);
      if (!taken || performance.now() > end) throw error;
    }
    // At random, so that of many that wait none is always the last.
    await sleep(2 + (ports.randomBytes(1)[0]! % 24), undefined, work.signal ? { signal: work.signal } : {});
  }
}
