import { chmod, readdir, rm } from 'node:fs/promises';
import { sep } from 'node:path';

/** Removes a directory whose directories may not be written to. Another process may be at it too. */
export async function removeReadOnly(directory: string): Promise<void> {
  await makeWritable(Buffer.from(directory));
  await rm(directory, { recursive: true, force: true });
}

/** Names are bytes: not all of them are UTF-8. */
async function makeWritable(directory: Buffer): Promise<void> {
  try {
    await chmod(directory, 0o700);
    for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
      if (entry.isDirectory()) await makeWritable(Buffer.concat([directory, Buffer.from(sep), entry.name]));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
