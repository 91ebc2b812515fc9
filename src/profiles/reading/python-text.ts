/** A text, or an empty one for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * Python programs write time without a zone, `2026-01-30 18:04:11.250913` or with a `T`. Which zone that was is
 * nowhere on disk, so it is read as UTC: the same file gives the same answer on every machine, and in a container it is
 * right. A zone that is there is honoured.
 */
export function timeOf(value: unknown): string | undefined {
  const [, day, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(textOf(value)) ?? [];
  if (!day) return undefined;
  const date = new Date(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
