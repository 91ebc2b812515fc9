import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a file that can be rebuilt at any time. It may be lost, and a full disk may even cut it short, so every
 * reader checks it and makes it again; failing to write it is no failure of the operation.
 */
export function writeCache(path: string, bytes: Buffer): void {
  try {
    writeFileAtomic.sync(path, bytes, { mode: 0o600, fsync: false });
  } catch {
    // The next reader makes it again.
  }
}
