import { rmdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** How the names of the directories begin that hold the socket of one sidecar and nothing else. */
const prefix = 'holdfast-';
const socketName = 'socket';
const longestSocketPath = 103;

export interface PrivateSocket {
  path: string;
  /** Whatever process did not live to remove it: nothing is left after this. */
  remove(): Promise<void>;
}

/** A place for a socket that only this user can reach: a new directory (0700), or a name for a Windows pipe. */
export async function makePrivateSocket(
  random: (bytes: number) => Buffer,
  temporary = os.tmpdir(),
): Promise<PrivateSocket> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\${prefix}${random(16).toString('hex')}`, remove: async () => {} };
  }
  const fits = Buffer.byteLength(path.join(temporary, `${prefix}123456`, socketName)) <= longestSocketPath;
  const directory = await mkdtemp(path.join(fits ? temporary : '/tmp', prefix));
  return { path: path.join(directory, socketName), remove: () => rm(directory, { recursive: true, force: true }) };
}

/** From the sidecar's side: removes the empty directory that was made for its socket, and no other. */
export function removePrivateDirectory(socket: string): void {
  const directory = path.dirname(socket);
  if (process.platform === 'win32' || path.basename(socket) !== socketName) return;
  if (!path.basename(directory).startsWith(prefix)) return;
  try {
    rmdirSync(directory);
  } catch {
    // The parent was faster, or something else lies in it.
  }
}
