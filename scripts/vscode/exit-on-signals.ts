const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Turns an interruption into an ordinary exit: Node runs no exit handlers when a signal ends it, and those are what
 * ends the servers and removes the temporary directories.
 */
export function exitOnSignals(): void {
  for (const [signal, number] of Object.entries(numbers)) process.once(signal, () => process.exit(128 + number));
}
