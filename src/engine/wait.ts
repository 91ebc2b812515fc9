import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from './errors.ts';
import type { Ports, Work } from './ports.ts';

/** Milliseconds that a short change waits for one other to end before it gives up. */
const patience = 10_000;
/** And for many others that take their turns: on a slow machine bad luck alone may last longer than one may be waited for. */
const longest = 60_000;

/**
 * Tries again while somebody else holds one of the locks at `paths`: until the same one has held it for 10 s, or for a
 * minute if they take turns. Only for work that did nothing when it throws LOCKED for one of these.
 *
 * @throws LOCKED when the time is over, CANCELLED
 */
export async function whenFree<T>(
  ports: Pick<Ports, 'randomBytes'>,
  paths: readonly string[],
  work: Work,
  attempt: () => Promise<T>,
): Promise<T> {
  const last = performance.now() + longest;
  let end = last;
  let holder: string | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const taken = HoldfastError.is(error, 'LOCKED') && error.path !== undefined && paths.includes(error.path);
      const now = performance.now();
      if (!taken || now > end) throw error;
      const present = JSON.stringify(error.details);
      if (present !== holder) end = Math.min(now + patience, last);
      holder = present;
    }
    // At random, so that of many that wait none is always the last.
    await sleep(2 + (ports.randomBytes(1)[0]! % 24), undefined, work.signal ? { signal: work.signal } : {});
  }
}
