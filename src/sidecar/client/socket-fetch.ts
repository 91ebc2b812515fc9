import { Agent, type IncomingMessage, request } from 'node:http';
import { HoldfastError } from '../../engine/errors.ts';

/** Where a sidecar listens: a Unix socket or named pipe, or the address that `holdfast serve` printed. */
export type SidecarAddress = { socket: string; token: string } | { url: string; token: string };

export interface RawRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * One request over `node:http`: Node's own `fetch` knows neither Unix sockets nor named pipes. Resolves with the headers;
 * the body is still to come.
 *
 * @throws SIDECAR_FAILED when the sidecar cannot be reached, CANCELLED on the signal
 */
export function send(
  address: SidecarAddress,
  { method, path, headers, body, signal }: RawRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const target = 'socket' in address ? { socketPath: address.socket } : new URL(address.url);
    const where =
      target instanceof URL ? { host: target.hostname.replace(/^\[|\]$/g, ''), port: target.port || 80 } : target;
    // A connection each: over a socket it costs nothing, and none is ever reused just as the other end closes it.
    const call = request(
      {
        ...where,
        method,
        path,
        agent: new Agent({ keepAlive: false }),
        headers: {
          Host: target instanceof URL ? target.host : 'localhost',
          Authorization: `Bearer ${address.token}`,
          ...headers,
          ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
        },
        ...(signal ? { signal } : {}),
      },
      resolve,
    );
    call.on('error', error => reject(connectionLost(error, signal)));
    call.end(body);
  });
}

/** The whole body; an answer that breaks off is an error, never a short answer. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch (error) {
    throw connectionLost(error);
  }
  return Buffer.concat(chunks);
}

/** The `fetch` that Hono's client is given. */
export function socketFetch(address: SidecarAddress): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input));
    const message = await send(address, {
      method: init?.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === 'string' || init?.body instanceof Uint8Array ? init.body : undefined,
      signal: init?.signal ?? undefined,
    });
    const content = await readBody(message);
    return new Response(new Uint8Array(content), {
      status: message.statusCode ?? 500,
      headers: { 'Content-Type': message.headers['content-type'] ?? '', ETag: message.headers.etag ?? '' },
    });
  };
}

export function connectionLost(error: unknown, signal?: AbortSignal): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (signal?.aborted) return new HoldfastError('CANCELLED', 'Cancelled.', { cause: error });
  const why = error instanceof Error ? error.message : String(error);
  return new HoldfastError('SIDECAR_FAILED', `The sidecar does not answer: ${why}.`, {
    hint: 'See the log for why it stopped.',
    cause: error,
  });
}
