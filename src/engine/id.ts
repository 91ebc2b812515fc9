import { HoldfastError } from './errors.ts';
import type { Ports } from './ports.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new identifier: 20 characters of 5 random bits each, so 100 bits (contract: at least 96). */
export function newId(ports: Pick<Ports, 'randomBytes'>): string {
  return derivedId(ports.randomBytes(20));
}

/** An identifier made of the first 20 bytes: of random ones, or of a digest where equal things shall have equal ids. */
export function derivedId(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 20), byte => alphabet[byte & 31]).join('');
}

/** What says which records there are, by what they are called in messages. */
const listedBy = {
  snapshot: 'List them with: holdfast snapshot list',
  session: 'List them with: holdfast session list',
  backup: 'List them with: holdfast backup list',
  migration: 'List them with: holdfast migrate list',
  plan: 'Make one with: holdfast migrate plan',
};

interface Named {
  id: string;
  title?: string;
  createdAt: string;
}

/**
 * Finds the one record that `reference` names: an id, any unique prefix of one, `latest`, or the title of exactly one.
 *
 * @throws NOT_FOUND, or AMBIGUOUS with the ids that fit in `details`
 */
export function resolveReference<T extends Named>(
  noun: keyof typeof listedBy,
  reference: string,
  records: readonly T[],
): T {
  const newestFirst = [...records].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  if (reference === 'latest' && newestFirst[0]) return newestFirst[0];
  const exact = records.find(record => record.id === reference);
  if (exact) return exact;
  const fits = reference === '' ? [] : records.filter(record => record.id.startsWith(reference));
  const candidates = fits.length > 0 ? fits : records.filter(record => record.title === reference && reference !== '');
  if (candidates.length > 1) {
    throw new HoldfastError('AMBIGUOUS', `"${reference}" fits ${candidates.length} ${noun}s.`, {
      hint: fits.length > 0 ? 'Give more characters of the id.' : 'Name it by one of these ids.',
      details: { ids: candidates.map(record => record.id) },
    });
  }
  if (!candidates[0]) {
    throw new HoldfastError('NOT_FOUND', `There is no ${noun} "${reference}".`, { hint: listedBy[noun] });
  }
  return candidates[0];
}
