import { HoldfastError } from '../engine/errors.ts';

/**
 * The bytes that a request carries, no more than `limit` of them.
 *
 * @throws CONTENT_TOO_LARGE, as soon as that is known
 */
export async function rawBody(request: Request, limit: number): Promise<Buffer> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(limit: number): HoldfastError {
  return new HoldfastError('CONTENT_TOO_LARGE', `The content has more than ${limit} bytes.`, {
    hint: 'Nothing was written. Raise the setting holdfast.sessionLimit, or keep large files beside the session.',
  });
}
