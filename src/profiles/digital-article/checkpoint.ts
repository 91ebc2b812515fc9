import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { own, readJsonFile } from '../reading/bounded-json.ts';

interface Warning {
  path: string;
  message: string;
}

/**
 * What is odd about one `<uuid>/state/` directory. The program writes the checkpoint, then its metadata: interrupted in
 * between, a good checkpoint has metadata that does not fit, and the program would drop it. That is told apart from a
 * damaged one. The pickle itself is only hashed, never loaded: loading runs whatever code it holds.
 */
export function checkpointWarnings(fs: FileCalls, directory: string): Warning[] {
  const pickle = `${directory}/checkpoint.pkl`;
  const metadata = `${directory}/metadata.json`;
  const warn = (message: string, path = pickle) => [{ path, message }];
  try {
    const written = fileStats(fs, pickle);
    const described = fileStats(fs, metadata);
    if (!written) return described ? warn('Metadata without a checkpoint; it is kept.', metadata) : [];
    if (!described) return warn('The checkpoint has no metadata, so its bytes cannot be checked; it is kept.');
    const json = readJsonFile(fs, metadata);
    if (json && 'kind' in json)
      return warn(`The metadata cannot be used: ${json.problem}. The checkpoint is kept.`, metadata);
    const checksum = own(json?.value, 'checksum');
    if (typeof checksum !== 'string') return warn('The metadata has no checksum; the checkpoint is kept.', metadata);

    const { digest, whole } = inspectPickle(fs, pickle);
    if (digest === checksum.toLowerCase()) return [];
    return whole && written.mtimeMs >= described.mtimeMs
      ? warn('The metadata is stale: the checkpoint was saved after it and looks whole. Both are kept as they are.')
      : warn('The checkpoint looks corrupt: it does not fit the checksum in its metadata. Both are kept as they are.');
  } catch (error) {
    return warn(`The execution state could not be checked (${systemCode(error) ?? 'unknown error'}).`, directory);
  }
}

function fileStats(fs: FileCalls, path: string): Stats | undefined {
  try {
    const stats = fs.lstatSync(path);
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const protocolMark = 0x80;
const stopMark = 0x2e;

/** SHA-256 of the bytes, and whether they begin and end as a pickle does. */
function inspectPickle(fs: FileCalls, path: string): { digest: string; whole: boolean } {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = fs.openSync(path, 'r');
  let first: number | undefined;
  let last: number | undefined;
  try {
    for (let length = -1; length !== 0; ) {
      length = fs.readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) break;
      first ??= buffer[0];
      last = buffer[length - 1];
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    fs.closeSync(file);
  }
  return { digest: hash.digest('hex'), whole: first === protocolMark && last === stopMark };
}
