import { type ClientResponse, hc } from 'hono/client';
import { fromBody, HoldfastError } from '../../engine/errors.ts';
import { errorCodes } from '../../protocol/error-codes.ts';
import type { Api } from '../api.ts';
import type { Problem } from '../problem.ts';
import { encodeQueryText } from '../query-text.ts';
import { type SidecarAddress, socketFetch } from './socket-fetch.ts';

/** The routes as typed calls: path, input and answer of each are checked against the server's own. */
export function typedApi(address: SidecarAddress) {
  return hc<Api>('http://localhost', {
    fetch: socketFetch(address),
    buildSearchParams: query => queryString(query) as unknown as URLSearchParams,
  }).v1;
}
export type TypedApi = ReturnType<typeof typedApi>;

/** Hono only ever asks its search parameters for their text (see query-text.ts for why they are not `URLSearchParams`). */
function queryString(query: Record<string, unknown>): { toString(): string } {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap(one => (one === undefined ? [] : [`${encodeURIComponent(name)}=${encodeQueryText(String(one))}`])),
  );
  return { toString: () => pairs.join('&') };
}

/** A reference as one part of a URL's path. `.` and `..` would be taken for directories, and nothing for the listing. */
export function segment(reference: string): string {
  if (reference !== '' && reference !== '.' && reference !== '..' && reference.isWellFormed())
    return encodeURIComponent(reference);
  throw new HoldfastError('NOT_FOUND', `There is nothing named "${reference}".`, { hint: 'Give an id.' });
}

/**
 * A successful answer.
 *
 * @throws the engine's error that the answer tells of
 */
export async function received<Answer extends ClientResponse<unknown, number, string>>(
  response: Promise<Answer>,
): Promise<Answer> {
  const answer = await response;
  if (!answer.ok) throw await problemIn(answer);
  return answer;
}

/** The body of a successful answer. */
export async function json<Body>(response: Promise<ClientResponse<Body, number, 'json'>>): Promise<Body> {
  return (await (await received(response)).json()) as Body;
}

/** The bytes of a successful answer. */
export async function bytes(response: Promise<ClientResponse<unknown, number, string>>): Promise<Uint8Array> {
  return new Uint8Array(await (await received(response)).arrayBuffer());
}

async function problemIn(response: ClientResponse<unknown, number, string>): Promise<HoldfastError> {
  const text = await response.text();
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    return new HoldfastError('SIDECAR_FAILED', `The sidecar answered with HTTP ${response.status}.`);
  }
  const { code, detail: message, path, hint, details } = problem;
  const known = errorCodes.find(one => one === code);
  // The others are about HTTP itself (a wrong token, a body too large): the conversation failed, not the work.
  return fromBody({ code: known ?? 'SIDECAR_FAILED', message, path, hint, details });
}
