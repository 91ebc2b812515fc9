const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns the signals that ask a process to stop into one abort. A second one ends the process at once: the engine's
 * writes leave the state before or after at any instant, so that is safe, only less tidy.
 *
 * @param onFirst called at the first signal, to say so
 */
export function abortOnSignals(controller: AbortController, onFirst: () => void): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      onFirst();
      controller.abort();
    });
  }
}

/** Resolves once the work is to stop, for commands that go on until then. Keeps the process alive meanwhile. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const alive = setInterval(() => {}, 2 ** 30);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
