import { timeOfNanoseconds } from '../vault/tree.ts';

/**
 * Nanoseconds in the form that `utimes` takes. A double of seconds is off by up to 120 ns and the system cuts off what is
 * left, so a time next to the border of a microsecond is moved away from it: then its microseconds come out right, and
 * with them its milliseconds. Node takes a negative number for "now", so times before 1970 go as a `Date`.
 */
export function systemTime(mtime: string): number | Date {
  const nanoseconds = BigInt(mtime);
  if (nanoseconds < 0n) return timeOfNanoseconds(mtime);
  const rest = nanoseconds % 1000n;
  const safe = rest < 250n ? 250n : rest > 750n ? 750n : rest;
  return Number(nanoseconds - rest + safe) / 1e9;
}
