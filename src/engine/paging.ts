import type { ListQuery } from '../protocol/common.ts';
import { HoldfastError } from './errors.ts';

type Key = string | number;

interface Paging<T> {
  /** What can be sorted by, each as a function to a comparable value. */
  sorts: Record<string, (record: T) => Key>;
  defaultSort: string;
  /** The words that `filter` looks in. */
  text: (record: T) => string;
  tags?: (record: T) => readonly string[];
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  /** How many records fit the filter, over all pages. */
  total: number;
}

const longestPage = 100;
const usualPage = 20;

/**
 * One page of a listing (contract: limit 20, at most 100; cursor, sort, desc, filter, tag). Without `sort` the newest
 * come first; with one, ascending unless `desc`. Records with equal keys are ordered by id, so pages never overlap.
 *
 * A cursor names the list and its order, the last record of its page and that record's key: when the record has been deleted meanwhile,
 * the next page still begins where it was.
 *
 * @throws USAGE for an unknown sort, and a cursor that is none or comes from another list, or one in another order
 */
export function page<T extends { id: string }>(
  records: readonly T[],
  query: Partial<ListQuery>,
  options: Paging<T>,
): Page<T> {
  const name = query.sort ?? options.defaultSort;
  const keyOf = Object.hasOwn(options.sorts, name) ? options.sorts[name] : undefined;
  if (!keyOf) {
    throw new HoldfastError('USAGE', `Cannot sort by "${name}".`, {
      hint: `Sort by one of: ${Object.keys(options.sorts).join(', ')}.`,
    });
  }
  // Times are called `at` or `…At`.
  const descending = query.desc ?? (query.sort === undefined && /(^a|A)t$/.test(options.defaultSort));
  // What can be sorted by tells one list from another: two of them may have the same order.
  const list = Object.keys(options.sorts).join();
  const orderName = `${list} by ${name} ${descending ? 'descending' : 'ascending'}`;
  const order = (a: readonly [Key, string], b: readonly [Key, string]) =>
    (compare(a[0], b[0]) || compare(a[1], b[1])) * (descending ? -1 : 1);

  const wanted = query.filter?.toLowerCase();
  const { tag } = query;
  const fits = records
    .filter(record => !wanted || options.text(record).toLowerCase().includes(wanted))
    .filter(record => tag === undefined || options.tags?.(record).includes(tag))
    .map(record => ({ record, place: [keyOf(record), record.id] as const }))
    .sort((a, b) => order(a.place, b.place));

  let first = 0;
  if (query.cursor !== undefined) {
    const after = decodeCursor(query.cursor, orderName);
    const known = fits.findIndex(({ record }) => record.id === after[1]);
    const next = known >= 0 ? known + 1 : fits.findIndex(({ place }) => order(place, after) > 0);
    first = next < 0 ? fits.length : next;
  }
  const limit = Math.min(Math.max(Math.trunc(query.limit ?? usualPage), 1), longestPage);
  const items = fits.slice(first, first + limit);
  const last = items.at(-1);
  return {
    items: items.map(({ record }) => record),
    nextCursor: last && first + items.length < fits.length ? encodeCursor(last.place, orderName) : null,
    total: fits.length,
  };
}

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function encodeCursor(place: readonly [Key, string], order: string): string {
  return Buffer.from(JSON.stringify([...place, order])).toString('base64url');
}

function decodeCursor(cursor: string, order: string): readonly [Key, string] {
  const [key, id, made] = partsOf(cursor);
  if ((typeof key !== 'string' && typeof key !== 'number') || typeof id !== 'string' || typeof made !== 'string') {
    throw new HoldfastError('USAGE', 'This is not a cursor of a listing.', {
      hint: 'Pass the nextCursor of the page before, or none for the first page.',
    });
  }
  if (made === order) return [key, id];
  throw new HoldfastError('USAGE', 'This cursor comes from another list, or from this one in another order.', {
    hint: 'Ask for the next page with the order of the page before, or begin without a cursor.',
  });
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) && parts.length === 3 ? parts : [];
  } catch {
    return [];
  }
}
