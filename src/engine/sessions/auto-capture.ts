import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { clockTick } from '../vault/file-numbers.ts';
import { captureSession, isCaptured } from './capture.ts';
import { isWhole } from './is-whole.ts';
import { changedAt, lookAt, type SessionLook } from './look.ts';
import { readLooks } from './look-cache.ts';
import { type SessionPlace, sessionPlaces } from './places.ts';
import { placesAt } from './places-at.ts';
import { historyKeys, sessionKey } from './versions.ts';

/** Milliseconds without a change until a session counts as written. */
const quiet = 200;
/** Milliseconds that a session which cannot be understood is given to become whole. */
const patience = 2000;
/** Finding out which sessions are meant takes at most this part of the time. */
const leastRest = 20;
/** Milliseconds of rest after each 15 of the first pass. */
const firstPassRest = 30;

interface Waiting {
  place: SessionPlace;
  look: SessionLook;
  /** When it was first seen like this (`performance.now()`). */
  since: number;
}

interface Listeners {
  onCaptured(place: SessionPlace, version: number): void;
  /** Told once for each session and reason. */
  onProblem(problem: HoldfastError): void;
}

/**
 * Makes what programs write into sessions versions, shortly after they have finished writing. Only in a root that has a
 * vault: whoever only looks at a root leaves nothing in it.
 */
export class AutoCapture {
  /** As it was last opened: settings and profile may change while the root is watched. */
  context: Context;
  readonly #listeners: Listeners;
  readonly #abort = new AbortController();
  /** How each session looked when it was known to be captured, or when this began. */
  readonly #known = new Map<string, SessionLook>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #noticed = new Set<string>();
  readonly #told = new Map<string, string>();
  #wake = () => {};
  /** When this began, in milliseconds since 1970. */
  #began = 0;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(context: Context, listeners: Listeners) {
    this.context = context;
    this.#listeners = listeners;
  }

  /** From now on; what changed while nobody watched is captured too, little by little. */
  start(): void {
    if (this.#abort.signal.aborted) return;
    this.#began = this.context.ports.now().getTime();
    this.#ended = Promise.all([this.#firstPass(), this.#run()]);
  }

  /** @param paths of the root, where something may have changed; `.` is anywhere */
  notice(paths: readonly string[]): void {
    for (const path of paths) this.#noticed.add(path);
    this.#wake();
  }

  /** Nothing is captured any more, and nothing is left running. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    await this.#ended;
  }

  async #firstPass(): Promise<void> {
    const { context } = this;
    await this.#guarded(context.root, async () => {
      const looks = readLooks(context);
      const recorded = new Set(historyKeys(context));
      const pace = new Pace(this.#work);
      for (const place of sessionPlaces(context)) {
        if (!place.legacy && !this.#known.has(place.location) && !this.#waiting.has(place.location)) {
          await this.#guarded(place.location, () => this.#compare(place, looks.get(place.location), recorded));
        }
        if (!pace.due()) continue;
        await this.#rest(firstPassRest);
        await pace.breathe();
      }
    });
  }

  /** A session without a history is none of our business until somebody writes it: maybe before this came to it. */
  async #compare(place: SessionPlace, cached: SessionLook | undefined, recorded: Set<string>): Promise<void> {
    const look = lookAt(this.context, place, cached);
    if (!look) return;
    const changed = changedAt(look.seen);
    const isWritten = recorded.has(sessionKey(place.location)) || changed >= this.#began - clockTick(changed);
    const same = !isWritten || (await isCaptured(this.context, place, this.#work));
    if (same) this.#known.set(place.location, look);
    else {
      this.#waiting.set(place.location, { place, look, since: performance.now() });
      this.#wake();
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let nextLook = 0;
    while (!signal.aborted) {
      if (this.#noticed.size === 0 && this.#waiting.size === 0) await this.#woken();
      const began = performance.now();
      if (this.#noticed.size > 0 && began >= nextLook) {
        await this.#guarded(this.context.root, () => this.#look());
        nextLook = performance.now() + (performance.now() - began) * leastRest;
      }
      await this.#rest(quiet);
      for (const waiting of [...this.#waiting.values()]) {
        if (!signal.aborted) await this.#guarded(waiting.place.location, () => this.#settle(waiting));
      }
    }
  }

  #woken(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve;
      if (this.#abort.signal.aborted) resolve();
    });
  }

  /** Which sessions differ from what is known of them, where something was noticed. */
  async #look(): Promise<void> {
    const paths = [...this.#noticed];
    this.#noticed.clear();
    const pace = new Pace(this.#work);
    for (const place of placesAt(this.context, paths)) {
      if (!this.#waiting.has(place.location)) {
        const known = this.#known.get(place.location);
        const look = lookAt(this.context, place, known);
        if (!look) this.#known.delete(place.location);
        else if (look !== known) this.#waiting.set(place.location, { place, look, since: performance.now() });
      }
      if (pace.due()) await pace.breathe();
    }
  }

  /** Captures a session that nobody has written since the last look. */
  async #settle(waiting: Waiting): Promise<void> {
    const { context } = this;
    const { place } = waiting;
    const { location } = place;
    const look = lookAt(context, place, waiting.look);
    const now = performance.now();
    if (look && look !== waiting.look) {
      Object.assign(waiting, { look, since: now });
      return;
    }
    if (look && now - waiting.since < patience && !isWhole(context, place, look)) return;
    this.#waiting.delete(location);
    this.#known.delete(location);
    if (!look) return;
    const hasVault = context.ports.fs.existsSync(vaultPath(context, 'vault.json'));
    if (hasVault && !(await isCaptured(context, place, this.#work))) {
      refuseTooLarge(context, place, look);
      const version = await captureSession(context, place, this.#work);
      if (version !== undefined) this.#listeners.onCaptured(place, version);
    }
    this.#known.set(location, look);
    this.#told.delete(location);
  }

  /** One session that cannot be captured keeps no other from it; the next change of it is a new try. */
  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#waiting.delete(what);
      const problem = asHoldfastError(error);
      if (this.#told.get(what) === problem.message) return;
      this.#told.set(what, problem.message);
      this.#listeners.onProblem(problem);
    }
  }

  get #work() {
    return { signal: this.#abort.signal };
  }

  async #rest(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#abort.signal, ref: false }).catch(() => {});
  }
}

function refuseTooLarge({ settings }: Context, { location }: SessionPlace, { bytes }: SessionLook): void {
  if (bytes <= settings.sessionLimit) return;
  throw new HoldfastError('CONTENT_TOO_LARGE', `A session of ${bytes} bytes is not captured by itself.`, {
    path: location,
    hint: `The setting holdfast.sessionLimit allows ${settings.sessionLimit}.`,
  });
}
