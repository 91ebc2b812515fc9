import { asHoldfastError, HoldfastError } from '../engine/errors.ts';
import { newId } from '../engine/id.ts';
import type { Ports, Work } from '../engine/ports.ts';
import type { Operation } from '../protocol/operations.ts';
import type { Events } from './events.ts';

/** How many finished operations can still be asked for, and for how long: results can be large. */
const keptOperations = 100;
const keptMilliseconds = 10 * 60_000;
/** An operation tells of its progress at most this often. */
const progressInterval = 100;

export interface OperationStart<Result> {
  /** Noun and verb: `snapshot.create`. */
  kind: string;
  /** The folder it works on: events name it. */
  workspace: string;
  run(work: Work): Promise<Result>;
  /** Called once it has ended in any way, before its last event. */
  ended?: () => void;
}

interface Entry {
  operation: Operation;
  workspace: string;
  controller: AbortController;
  settled: Promise<void>;
  finishedAt?: number;
}

/** Long work that clients start, follow and cancel. The engine's own locks decide what may run beside what. */
export class Operations {
  readonly #entries = new Map<string, Entry>();
  readonly #ports: Pick<Ports, 'randomBytes' | 'now'>;
  readonly #events: Events;
  #closing = false;

  constructor(ports: Pick<Ports, 'randomBytes' | 'now'>, events: Events) {
    this.#ports = ports;
    this.#events = events;
  }

  /** Starts the work in this process and returns at once. */
  start<Result>(start: OperationStart<Result>): Operation {
    if (this.#closing) throw new HoldfastError('SIDECAR_FAILED', 'The sidecar is closing.');
    this.#forgetOld();
    const controller = new AbortController();
    const operation: Operation = {
      id: newId(this.#ports),
      kind: start.kind,
      state: 'running',
      startedAt: this.#ports.now().toISOString(),
      progress: null,
    };
    const entry: Entry = { operation, workspace: start.workspace, controller, settled: Promise.resolve() };
    this.#entries.set(operation.id, entry);
    entry.settled = this.#run(entry, start);
    return { ...operation };
  }

  list(): Operation[] {
    this.#forgetOld();
    return [...this.#entries.values()].map(({ operation: { result: _, ...rest } }) => rest);
  }

  /** @throws NOT_FOUND also for one that has been forgotten */
  get(id: string): Operation {
    return { ...this.#find(id).operation };
  }

  /** Asks it to stop. It is cancelled once it has put everything back; one that has finished stays as it is. */
  cancel(id: string): Operation {
    const entry = this.#find(id);
    if (entry.operation.state === 'running') entry.controller.abort();
    return { ...entry.operation };
  }

  /** Cancels all that runs and waits until everything is put back. Nothing starts any more. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { controller } of this.#entries.values()) controller.abort();
    await Promise.all([...this.#entries.values()].map(entry => entry.settled));
  }

  async #run<Result>(entry: Entry, start: OperationStart<Result>): Promise<void> {
    const { operation, controller } = entry;
    let told = Number.NEGATIVE_INFINITY;
    const work: Work = {
      signal: controller.signal,
      progress: progress => {
        operation.progress = progress;
        const now = performance.now();
        if (now - told < progressInterval) return;
        told = now;
        this.#tell(entry);
      },
    };
    try {
      // The engine may work for 15 ms before its first pause; whoever started this gets the answer first.
      await new Promise(resolve => setImmediate(resolve));
      controller.signal.throwIfAborted();
      operation.result = await start.run(work);
      operation.state = 'succeeded';
    } catch (error) {
      const failure = asHoldfastError(error);
      operation.state = failure.code === 'CANCELLED' ? 'cancelled' : 'failed';
      operation.error = failure.toBody();
    }
    entry.finishedAt = this.#ports.now().getTime();
    start.ended?.();
    this.#tell(entry);
  }

  /** Events carry no result: it can be large, and only whoever started the operation wants it. */
  #tell({ operation: { result: _, ...operation }, workspace }: Entry): void {
    this.#events.publish({ type: 'operation', workspace, operation });
  }

  #find(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new HoldfastError('NOT_FOUND', `There is no operation "${id}".`, {
      hint: `The last ${keptOperations} that finished within ${keptMilliseconds / 60_000} minutes are kept.`,
    });
  }

  #forgetOld(): void {
    const since = this.#ports.now().getTime() - keptMilliseconds;
    const finished = [...this.#entries].filter(([, entry]) => entry.finishedAt !== undefined);
    const tooMany = finished.length - keptOperations;
    for (const [index, [id, entry]] of finished.entries()) {
      if (index < tooMany || entry.finishedAt! < since) this.#entries.delete(id);
    }
  }
}
