import type { BigIntStats } from 'node:fs';
import { writeAll } from '../durable.ts';
import { HoldfastError } from '../errors.ts';
import { systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash, objectId } from '../vault/object-id.ts';

/** What tells that a file was written to. */
export type State = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs'>;

/** For all files one after the other: making one for each takes longer than reading a small file. */
const scratch = Buffer.allocUnsafeSlow(1024 * 1024);
const mirror = Buffer.allocUnsafeSlow(1024 * 1024);

/**
 * Writes a copy of a regular file to `to`, which must be open for reading too and is left open. What was written is read
 * back and compared (docs/decisions/0007): the digest is that of the source's bytes and of the copy's.
 *
 * @param state the source as it is expected
 * @param writing runs what touches the copy, to tell its errors from those of the source
 * @returns the SHA-256, or `undefined` when somebody wrote to the source meanwhile; the copy is then worth nothing
 */
export async function copyFile(
  fs: FileCalls,
  from: string,
  to: number,
  state: State,
  writing: <T>(write: () => T) => T,
  pace: Pace,
): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const source = fs.openSync(systemPath(from), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const size = Number(state.size);
    let done = 0;
    let hash: ReturnType<typeof objectHash> | undefined;
    for (;;) {
      const read = fs.readSync(source, scratch);
      const bytes = scratch.subarray(0, read);
      writing(() => writeAndCompare(fs, to, bytes, done));
      done += read;
      // Less than could have been read, and all that was expected: asking for more would only be told of the end.
      const isLast = read === 0 || (read < scratch.length && done === size);
      if (done > size || (isLast && !isStill(fs.fstatSync(source, { bigint: true }), state))) return undefined;
      if (isLast && !hash) return done === size ? objectId(bytes) : undefined;
      hash ??= objectHash();
      hash.update(bytes);
      if (isLast) return done === size ? hash.digest('hex') : undefined;
      if (pace.due()) await pace.breathe();
    }
  } finally {
    fs.closeSync(source);
  }
}

function isStill(now: State, before: State): boolean {
  return now.size === before.size && now.mtimeNs === before.mtimeNs && now.ctimeNs === before.ctimeNs;
}

function writeAndCompare(fs: FileCalls, file: number, bytes: Buffer, position: number): void {
  writeAll(fs, file, bytes);
  let back = 0;
  while (back < bytes.length) {
    const read = fs.readSync(file, mirror, back, bytes.length - back, position + back);
    if (read === 0) break;
    back += read;
  }
  if (back !== bytes.length || bytes.compare(mirror, 0, back) !== 0) {
    throw new HoldfastError('FAILED', 'What was written to the disk reads back as something else.', {
      hint: 'Nothing was changed. Check the disk.',
    });
  }
}
