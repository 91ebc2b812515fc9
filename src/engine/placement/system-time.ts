/** The most by which a file's time, in nanoseconds, is off from the one that it was given. */
const precision = 1000n;

/** Whether a file that has the one time was given the other one; nanoseconds. */
export function isSameTime(one: bigint, other: bigint): boolean {
  const difference = one - other;
  return -precision <= difference && difference <= precision;
}

/** As `isSameTime`, of milliseconds as `stat` gives them: off by up to 240 ns more. */
export function isSameMilliseconds(one: number, other: number): boolean {
  return Math.abs(one - other) < 0.0015;
}

/** Whether a time is later than one that a file has, which may have been given this very time; nanoseconds. */
export function isLater(one: bigint, there: bigint): boolean {
  return one - there > precision;
}

/**
 * Nanoseconds in the form that `utimes` takes: seconds. A double of them is off by up to 120 ns (240 from 2038 on) and the
 * system cuts off what is left, so a time next to the border of a microsecond is moved away from it: then its microseconds
 * come out right, and with them its milliseconds. Node takes a negative number for "now", but not one that is text.
 */
export function systemTime(mtime: string): number | string {
  const nanoseconds = BigInt(mtime);
  const rest = ((nanoseconds % 1000n) + 1000n) % 1000n;
  const margin = nanoseconds < 2n ** 31n * 1_000_000_000n ? 250n : 500n;
  const safe = rest < margin ? margin : rest > 1000n - margin ? 1000n - margin : rest;
  const seconds = Number(nanoseconds - rest + safe) / 1e9;
  return seconds < 0 ? String(seconds) : seconds;
}
