import { constants } from 'node:fs';

/**
 * How files of the vault are opened. Whoever opens a named pipe waits for somebody who writes to it, and nothing can
 * interrupt that; so one that lies in the place of a file is empty, and damaged as any other file that is.
 */
export const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
