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
