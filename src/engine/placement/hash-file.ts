import type { Pace } from '../pace.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash, objectId } from '../vault/object-id.ts';

const scratch = Buffer.allocUnsafeSlow(1024 * 1024);

/** The SHA-256 of a regular file. @param path in the form that file calls take */
export async function hashFile(fs: FileCalls, path: string, pace: Pace): Promise<string> {
  const file = fs.openSync(
    path,
    fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0),
  );
  try {
    let read = fs.readSync(file, scratch);
    const more = read < scratch.length ? fs.readSync(file, scratch, read, scratch.length - read, null) : 1;
    if (more === 0) return objectId(scratch.subarray(0, read));
    // What is hashed in parts takes memory outside of the heap, which for many small files adds up.
    const hash = objectHash();
    if (read < scratch.length) read += more;
    for (; read > 0; read = fs.readSync(file, scratch)) {
      hash.update(scratch.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
    return hash.digest('hex');
  } finally {
    fs.closeSync(file);
  }
}
