import { timeOfNanoseconds } from '../vault/tree.ts';

/**
 * Nanoseconds in the form that `utimes` takes. A double of seconds cannot hold them exactly and the system cuts off what
 * is left, so a quarter of a microsecond is added where the microseconds have to come out right. Node takes a negative
 * number for "now", so times before 1970 go as a `Date`.
 */
export function systemTime(mtime: string): number | Date {
  const nanoseconds = BigInt(mtime);
  if (nanoseconds < 0n) return timeOfNanoseconds(mtime);
  const seconds = Number(nanoseconds) / 1e9;
  return nanoseconds % 1000n === 0n ? seconds + 2.5e-7 : seconds;
}
