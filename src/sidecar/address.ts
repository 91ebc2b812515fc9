import { lstat, unlink } from 'node:fs/promises';
import { connect, isIP, type Server } from 'node:net';
import { HoldfastError } from '../engine/errors.ts';

/** Where a sidecar listens. */
export type ListenAddress = { kind: 'socket'; path: string } | { kind: 'tcp'; host: string; port: number };

/** What the systems take for the path of a socket, less the zero at its end: 104 bytes on macOS, 108 on Linux. */
const longestSocketPath = 103;

/**
 * `/path/to/socket`, `unix:path`, `\\.\pipe\name`, `PORT`, `HOST:PORT` or `[IPv6]:PORT`. A port alone is on loopback;
 * port 0 takes any that is free.
 *
 * @throws USAGE
 */
export function parseListenAddress(text: string): ListenAddress {
  const prefixed = text.startsWith('unix:');
  const path = prefixed ? text.slice('unix:'.length) : text;
  if (prefixed || path.includes('/') || path.startsWith('\\\\')) {
    if (!path.startsWith('\\\\') && Buffer.byteLength(path) > longestSocketPath) {
      throw new HoldfastError('USAGE', 'The path of the socket is too long.', {
        path,
        hint: `A socket's path can have ${longestSocketPath} bytes.`,
      });
    }
    if (path !== '') return { kind: 'socket', path };
  }
  const [, host = '127.0.0.1', digits] = /^(?:(\[[0-9a-f:.]+\]|[^:[\]]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) {
    throw new HoldfastError('USAGE', `"${text}" is no address to listen on.`, {
      hint: 'Give PORT, HOST:PORT, or the path of a socket.',
    });
  }
  return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Listens, and returns where: a URL, or the path of the socket. A socket file that a killed process left is replaced; one
 * on which somebody answers is not.
 *
 * @throws CONFLICT when the address is taken
 */
export async function listenOn(server: Server, address: ListenAddress): Promise<string> {
  if (address.kind === 'tcp') {
    await listening(server, () => server.listen({ host: address.host, port: address.port }));
    const bound = server.address();
    const port = typeof bound === 'object' && bound ? bound.port : address.port;
    return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
  }
  const { path } = address;
  const pipe = path.startsWith('\\\\');
  if (!pipe && (await isLeftover(path))) await unlink(path);
  await listening(server, () => {
    // Bound within this call, so the socket is never open to others, not even for a moment.
    const before = pipe ? undefined : process.umask(0o177);
    try {
      server.listen({ path });
    } finally {
      if (before !== undefined) process.umask(before);
    }
  });
  return path;
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new HoldfastError(taken ? 'CONFLICT' : 'FAILED', `Cannot listen: ${error.message}.`, {
          hint: taken ? 'Another process listens there: choose another address.' : 'Choose another address.',
          cause: error,
        }),
      );
    });
    listen();
  });
}

async function isLeftover(path: string): Promise<boolean> {
  const isSocket = await lstat(path).then(
    stats => stats.isSocket(),
    () => false,
  );
  if (!isSocket) return false;
  return new Promise(resolve => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
