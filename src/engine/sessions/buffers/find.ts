import type { Context } from '../../context.ts';
import { HoldfastError } from '../../errors.ts';
import { findWithDeleted } from '../history.ts';
import { sessionKey } from '../versions.ts';
import { allBuffers, type BufferFile, buffersOf } from './files.ts';

/**
 * The buffers of a session, or the one with an id.
 *
 * @param reference names the session, or the buffer itself
 * @throws NOT_FOUND when there is none
 */
export function findBuffers(context: Context, reference: string, bufferId?: string): BufferFile[] {
  const named = allBuffers(context).filter(({ id }) => id === (bufferId ?? reference));
  if (named.length > 0) return named;
  const { place } = findWithDeleted(context, reference);
  const found = buffersOf(context, sessionKey(place.location)).filter(
    ({ id }) => bufferId === undefined || id === bufferId,
  );
  if (found.length > 0) return found;
  throw new HoldfastError('NOT_FOUND', `There are no unsaved edits of "${reference}".`, {
    hint: 'See which there are with: holdfast session recoverable',
  });
}

/** @throws AMBIGUOUS when several windows have edits of it */
export function findBuffer(context: Context, reference: string, bufferId?: string): BufferFile {
  const [one, ...others] = findBuffers(context, reference, bufferId);
  if (others.length === 0) return one!;
  throw new HoldfastError('AMBIGUOUS', `There are ${others.length + 1} sets of unsaved edits of "${reference}".`, {
    hint: 'Name one of them by its own id: holdfast session recoverable',
    details: { ids: [one!, ...others].map(({ id }) => id) },
  });
}
