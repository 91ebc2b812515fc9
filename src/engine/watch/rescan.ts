import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { fingerprint } from './fingerprint.ts';

/** Looking through a root takes at most this part of the time. */
const leastRest = 20;

/** Looks through the root again and again, where the system cannot tell what changes. */
export class Rescan {
  readonly #context: Context;
  readonly #ignored: (path: string) => boolean;
  readonly #interval: number;
  readonly #onChange: () => void;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor(context: Context, ignored: (path: string) => boolean, interval: number, onChange: () => void) {
    this.#context = context;
    this.#ignored = ignored;
    this.#interval = interval;
    this.#onChange = onChange;
    this.#ended = this.#run();
  }

  close(): Promise<void> {
    this.#abort.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let last: string | undefined;
    try {
      for (;;) {
        const began = performance.now();
        const now = await fingerprint(this.#context, this.#ignored, { signal });
        const took = performance.now() - began;
        if (last !== undefined && now !== last) this.#onChange();
        last = now;
        await rest(Math.max(this.#interval, took * leastRest), signal);
      }
    } catch (error) {
      if (!HoldfastError.is(error, 'CANCELLED')) throw error;
    }
  }
}

/** @returns after that time, or as soon as the signal says so */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
