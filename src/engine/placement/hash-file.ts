import type { Pace } from '../pace.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';

const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

/** The SHA-256 of a regular file. @param path in the form that file calls take */
export async function hashFile(fs: FileCalls, path: string, pace: Pace): Promise<string> {
  const hash = objectHash();
  const file = fs.openSync(
    path,
    fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0),
  );
  try {
    for (let read = fs.readSync(file, scratch); read > 0; read = fs.readSync(file, scratch)) {
      hash.update(scratch.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(file);
  }
  return hash.digest('hex');
}
