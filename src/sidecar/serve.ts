import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { HoldfastError } from '../engine/errors.ts';
import type { Ports } from '../engine/ports.ts';
import { listenOn, parseListenAddress } from './address.ts';
import { createApi } from './api.ts';
import { guard } from './auth.ts';
import { Events } from './events.ts';
import { Openings } from './openings.ts';
import { Operations } from './operations.ts';
import { discardBody } from './refused-body.ts';
import { type Later, startRetention } from './retention.ts';
import type { Services } from './services.ts';
import type { Log } from './watchers.ts';
import { type ServedWorkspace, Workspaces } from './workspaces.ts';

export interface ServeOptions {
  /** `PORT`, `HOST:PORT`, or the path of a socket (see `parseListenAddress`). */
  listen: string;
  ports: Ports;
  workspaces: readonly ServedWorkspace[];
  /** What every request must carry; never empty. */
  token: string;
  /** Whether the workspaces may say where data goes (default: yes). */
  trusted?: boolean;
  /** Whether `PUT /v1/workspaces` is allowed (default: no): for the process that started this one. */
  workspacesCanChange?: boolean;
  /** Takes a line when something goes wrong that belongs to no request. */
  log?: Log;
  /** The timer of the daily prune; another one in tests. */
  later?: Later;
}

export interface Serving {
  /** `http://HOST:PORT`, or the path of the socket. */
  address: string;
  services: Services;
  /** Cancels what runs, waits until it is put back, ends the event streams, and leaves nothing behind. */
  close(): Promise<void>;
}

/** How long answers under way may take once the server closes. */
const closingPatience = 1000;

/**
 * Serves the engine over HTTP until it is closed.
 *
 * @throws USAGE for a bad address or no token; CONFLICT when the address is taken
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { ports, token, log = () => {} } = options;
  if (token === '') throw new HoldfastError('USAGE', 'Serving needs a token.', { hint: 'Set HOLDFAST_TOKEN.' });
  const listen = parseListenAddress(options.listen);
  const events = new Events();
  const workspaces = new Workspaces(ports, events, log);
  const operations = new Operations(ports, events);
  const services: Services = {
    ports,
    workspaces,
    operations,
    events,
    openings: new Openings(ports),
    workspacesCanChange: options.workspacesCanChange ?? false,
  };
  const api = createApi(services);
  const refuse = guard(token, listen);
  const server = createAdaptorServer({
    fetch: async (request: Request) => {
      const response = refuse(request) ?? (await api.fetch(request));
      if (response.status === 413) await discardBody(request);
      return response;
    },
  }) as Server;

  const address = await listenOn(server, listen);
  server.on('error', error => log(`The server: ${error.message}`));
  try {
    workspaces.set(options.workspaces, options.trusted ?? true);
  } catch (error) {
    await closeServer(server);
    throw error;
  }

  const endRetention = startRetention(services, log, options.later);
  let closing: Promise<void> | undefined;
  const close = async () => {
    endRetention();
    const closed = closeServer(server);
    await operations.close();
    events.close();
    await Promise.all([closed, workspaces.close()]);
  };
  return { address, services, close: () => (closing ??= close()) };
}

/** Takes no new connections, and ends those that are still open after a moment. Removes the socket. */
function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), closingPatience);
  });
}
