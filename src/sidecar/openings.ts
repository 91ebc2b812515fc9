import type { Context } from '../engine/context.ts';
import { nameFromBytes } from '../engine/names.ts';
import type { Ports } from '../engine/ports.ts';
import { recordVisit } from '../engine/snapshots/visits/record-visit.ts';
import type { Snapshot } from '../protocol/snapshots.ts';

/** Whoever opens a snapshot reads several of its files: within this time (milliseconds) that is one visit. */
const oneOpening = 5000;

/** Tells the openings of snapshots from the requests that each consists of. */
export class Openings {
  readonly #now: Ports['now'];
  readonly #last = new Map<string, number>();

  constructor({ now }: Pick<Ports, 'now'>) {
    this.#now = now;
  }

  /** A visitor read something of a snapshot. Counted at most once in five seconds. */
  async read(context: Context, snapshot: Snapshot): Promise<void> {
    const now = this.#now().getTime();
    for (const [key, at] of this.#last) if (Math.abs(now - at) >= oneOpening) this.#last.delete(key);
    const key = JSON.stringify([context.root, snapshot.id, context.ports.user]);
    if (this.#last.has(key)) return;
    this.#last.set(key, now);
    await recordVisit(context, snapshot);
  }
}

/**
 * Who acts: the header `Holdfast-User`, with which an application that serves several people says for whom it asks (UTF-8,
 * at most 200 characters), else the user that this process runs as. Whoever has the token is believed.
 */
export function actingAs(context: Context, header: string | undefined): Context {
  const user = nameFromBytes(Buffer.from(header ?? '', 'latin1'))
    .trim()
    .slice(0, 200);
  // By prototype: a user that nobody asks for is not looked up.
  return user === ''
    ? context
    : { ...context, ports: Object.create(context.ports, { user: { value: user } }) as Ports };
}
