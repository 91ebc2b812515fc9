import type * as z from 'zod';

/** So many items of a list are checked at once. */
const atOnce = 1000;
/** No record holds lists deeper than that, nor objects with more fields. */
const deepest = 6;
const mostFields = 1000;

/**
 * Like `schema.safeParse`, for what is long and may be made to harm: lists are looked at a thousand items at a time
 * first, so a few megabytes of wrong items make a thousand complaints and not millions, which would take gigabytes.
 */
export function parseInParts<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  for (let from = 0, isLast = false; !isLast; from += atOnce) {
    const part = partOf(value, from);
    const parsed = schema.safeParse(part.value);
    if (!parsed.success) return parsed;
    isLast = part.isLast;
  }
  return schema.safeParse(value);
}

function partOf(value: unknown, from: number): { value: unknown; isLast: boolean } {
  let isLast = true;
  const cut = (whole: unknown, depth: number): unknown => {
    if (typeof whole !== 'object' || whole === null || depth > deepest) return whole;
    if (!Array.isArray(whole)) {
      const fields = Object.entries(whole);
      return fields.length > mostFields
        ? null
        : Object.fromEntries(fields.map(([name, one]) => [name, cut(one, depth + 1)]));
    }
    if (from + atOnce < whole.length) isLast = false;
    // Of a list that has ended before, its last items again: it may have to have some.
    const start = Math.max(0, Math.min(from, whole.length - atOnce));
    return whole.slice(start, start + atOnce).map(item => cut(item, depth + 1));
  };
  return { value: cut(value, 0), isLast };
}
