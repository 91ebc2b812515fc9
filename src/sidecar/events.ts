import type { ServerEvent } from '../protocol/operations.ts';

/** More paths than this in one `changed` event tell a client no more than "look again": the list is left empty. */
const mostPaths = 1000;

/** Who listens to `/v1/events`, and what each still has to be told. */
export class Events {
  readonly #subscriptions = new Set<Subscription>();

  publish(event: ServerEvent): void {
    for (const subscription of this.#subscriptions) subscription.add(event);
  }

  subscribe(): Subscription {
    const subscription = new Subscription(() => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    return subscription;
  }

  get listeners(): number {
    return this.#subscriptions.size;
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.close();
  }
}

/**
 * One listener. What waits for a slow one is merged: of an operation only its newest state, of a workspace one `changed`.
 * So no listener can make the sidecar grow, and none misses how an operation ended.
 */
export class Subscription {
  readonly #waiting = new Map<string, ServerEvent>();
  readonly #onClose: () => void;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  add(event: ServerEvent): void {
    const key = event.type === 'operation' ? `operation ${event.operation.id}` : `changed ${event.workspace}`;
    const earlier = this.#waiting.get(key);
    this.#waiting.set(key, earlier ? merged(earlier, event) : bounded(event));
    this.#wake?.();
  }

  /** The next event; `quiet` when none came for `patience` milliseconds; `closed` at the end. */
  async next(patience: number): Promise<ServerEvent | 'quiet' | 'closed'> {
    if (!this.#closed && this.#waiting.size === 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, patience);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key);
      return event;
    }
    return this.#closed ? 'closed' : 'quiet';
  }

  /** Nothing is added any more; what waits can still be taken. */
  close(): void {
    this.#closed = true;
    this.#onClose();
    this.#wake?.();
  }
}

function bounded(event: ServerEvent): ServerEvent {
  return event.type === 'changed' && event.paths.length > mostPaths ? { ...event, paths: [] } : event;
}

/** An empty list of paths says "anywhere" and stays so. */
function merged(earlier: ServerEvent, later: ServerEvent): ServerEvent {
  if (earlier.type !== 'changed' || later.type !== 'changed') return later;
  const anywhere = earlier.paths.length === 0 || later.paths.length === 0;
  return bounded({
    ...later,
    nouns: [...new Set([...earlier.nouns, ...later.nouns])],
    paths: anywhere ? [] : [...new Set([...earlier.paths, ...later.paths])],
  });
}
