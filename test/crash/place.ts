import fs from 'node:fs';
import { temporaryDirectory } from '../fixtures/tree.ts';

const inMemory = '/dev/shm';

/**
 * A fresh directory that goes with whoever has the `using`, in memory where the system has such a place: a process that
 * is killed loses nothing that it wrote, flushed or not, so waiting for a disk would show nothing.
 */
export function crashDirectory(): ReturnType<typeof temporaryDirectory> {
  if (process.platform === 'linux' && fs.existsSync(inMemory)) process.env.TMPDIR = inMemory;
  return temporaryDirectory();
}
