import { fromBody, HoldfastError } from '../../engine/errors.ts';
import type { Work } from '../../engine/ports.ts';
import type { Operation, Progress } from '../../protocol/operations.ts';
import type { EventStream } from './event-stream.ts';

/** What following needs of the API. */
interface OperationCalls {
  get(id: string): Promise<Operation>;
  cancel(id: string): Promise<unknown>;
}

/** While no events come, the operation is asked for this often (milliseconds). */
const pollInterval = 250;

/**
 * Starts an operation and follows it to its end: progress as the events tell it, cancelled when `work.signal` says so.
 * A cancelled one is waited for until everything is put back. Where the event stream breaks off, asking takes its place.
 *
 * @throws what the operation failed with; CANCELLED; SIDECAR_FAILED when the sidecar is gone
 */
export async function runOperation<Result>(
  start: () => Promise<Operation>,
  calls: OperationCalls,
  events: EventStream,
  work: Work,
): Promise<Result> {
  if (work.signal?.aborted) throw cancelled();
  let wake = () => {};
  let woken = false;
  let heard = true;
  let id: string | undefined;
  const notify = () => {
    woken = true;
    wake();
  };
  const report = (progress: Progress | null) => {
    if (progress) work.progress?.(progress);
  };
  const stopListening = await events
    .listen({
      onEvent: event => {
        if (event.type !== 'operation' || event.operation.id !== id) return;
        if (event.operation.state === 'running') report(event.operation.progress);
        else notify();
      },
      onEnd: () => {
        heard = false;
        notify();
      },
    })
    .catch(() => {
      heard = false;
      return () => {};
    });
  let cancelling: Promise<unknown> | undefined;
  const cancel = () => {
    if (id === undefined || cancelling) return;
    // An operation that could not be cancelled ends by itself; a sidecar that is gone is noticed by asking.
    cancelling = calls.cancel(id).catch(() => {});
  };
  work.signal?.addEventListener('abort', cancel);
  try {
    let operation = await start();
    id = operation.id;
    if (work.signal?.aborted) cancel();
    // It may have ended before its id was known here: ask once before waiting for events.
    for (;;) {
      woken = false;
      operation = await calls.get(id);
      if (operation.state !== 'running') break;
      if (!heard) report(operation.progress);
      if (!woken) await new Promise<void>(resolve => sleepUntil(resolve));
    }
    report(operation.progress);
    if (operation.state === 'succeeded') return operation.result as Result;
    throw operation.error ? fromBody(operation.error) : cancelled();
  } finally {
    work.signal?.removeEventListener('abort', cancel);
    stopListening();
    await cancelling;
  }

  function sleepUntil(resolve: () => void): void {
    const timer = heard ? undefined : setTimeout(resolve, pollInterval);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  }
}

function cancelled(): HoldfastError {
  return new HoldfastError('CANCELLED', 'Cancelled; everything is as it was before.');
}
