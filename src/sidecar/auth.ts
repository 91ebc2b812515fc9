import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback, type ListenAddress } from './address.ts';
import { problemResponse } from './problem.ts';

/** Says why a request is not served; `undefined` when it is. */
export type Guard = (request: Request) => Response | undefined;

/**
 * Every request carries the token. On TCP its `Host` must besides be one that this process goes by: a page in a browser
 * whose name was made to point to this machine (DNS rebinding) sends its own.
 */
export function guard(token: string, address: ListenAddress): Guard {
  const expected = digest(token);
  return request => {
    if (address.kind === 'tcp' && !isOwnName(request.headers.get('host') ?? '', address.host)) {
      return problemResponse({
        code: 'MISDIRECTED',
        message: 'The Host header names another server.',
        hint: 'Use the address that was printed when this process was started.',
      });
    }
    const [, given] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    // Digests have one length, and comparing them takes the same time wherever they differ.
    if (given !== undefined && timingSafeEqual(digest(given.trim()), expected)) return undefined;
    return problemResponse(
      {
        code: 'UNAUTHORIZED',
        message: given === undefined ? 'A token is required.' : 'This is not the token.',
        hint: 'Send the header Authorization: Bearer TOKEN.',
      },
      { 'WWW-Authenticate': 'Bearer realm="holdfast"' },
    );
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Listening beyond loopback, this process cannot know by which names others reach it (that of a container, say): there
 * the token alone decides, which no page in a browser has.
 */
function isOwnName(header: string, listening: string): boolean {
  const name = header
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  if (name === listening.toLowerCase() || isLoopback(name)) return true;
  return name !== '' && !isLoopback(listening);
}
