import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Progress } from '../protocol/operations.ts';
import { HoldfastError } from './errors.ts';
import type { Work } from './ports.ts';

const turn = 15;

/**
 * Keeps a long run of synchronous file calls polite: every 15 ms it lets the event loop turn (so that a cancellation,
 * a signal or another request is heard), reports progress, and stops the run once it is cancelled.
 *
 * Use: `if (pace.due()) await pace.breathe({…})` inside the loop; asking costs one clock read.
 */
export class Pace {
  readonly #work: Work;
  #last = performance.now();

  constructor(work: Work) {
    this.#work = work;
    this.check();
  }

  due(): boolean {
    return performance.now() - this.#last > turn;
  }

  async breathe(progress?: Progress): Promise<void> {
    if (progress) this.#work.progress?.(progress);
    await nextTurn();
    this.check();
    this.#last = performance.now();
  }

  /** All that is given one by one. */
  async all<T>(given: Iterable<T>): Promise<T[]> {
    const all: T[] = [];
    for (const one of given) {
      if (this.due()) await this.breathe();
      all.push(one);
    }
    return all;
  }

  /** Throws `CANCELLED` once the work is to stop. */
  check(): void {
    if (this.#work.signal?.aborted) {
      throw new HoldfastError('CANCELLED', 'Cancelled; everything is as it was before.');
    }
  }
}
