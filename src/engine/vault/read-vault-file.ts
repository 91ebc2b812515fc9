import { constants } from 'node:fs';
import { systemCode } from '../errors.ts';
import type { FileCalls } from '../ports.ts';

/**
 * How files of the vault are opened. Whoever opens a named pipe waits for somebody who writes to it, and nothing can
 * interrupt that; so one that lies in the place of a file is empty, and damaged as any other file that is.
 */
export const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const notThroughLinks = withoutWaiting | (constants.O_NOFOLLOW ?? 0);
const isNoFile = (error: unknown) => ['ELOOP', 'EMLINK', 'EISDIR'].includes(systemCode(error) ?? '');

/**
 * All of a file of the vault that fits in memory. A directory in its place, or a link to a device, is empty as well: a
 * device may have no end.
 */
export function readVaultFile(fs: Pick<FileCalls, 'readFileSync' | 'statSync'>, path: string): Buffer {
  try {
    return fs.readFileSync(path, { flag: notThroughLinks });
  } catch (error) {
    if (!isNoFile(error)) throw error;
  }
  try {
    if (fs.statSync(path).isFile()) return fs.readFileSync(path, { flag: withoutWaiting });
  } catch (error) {
    if (!isNoFile(error)) throw error;
  }
  return Buffer.alloc(0);
}
