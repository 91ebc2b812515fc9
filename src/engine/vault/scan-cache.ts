import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { sealCache, unsealCache, writeCache } from './cache-file.ts';
import { countOf, numbersPerEntry } from './file-numbers.ts';
import { readVaultFile } from './read-vault-file.ts';

/** What a directory was when it was last captured: `stats` has its numbers (file-numbers.ts) for each name, in the order of `names`. */
export interface ScannedDirectory {
  tree: string;
  files: number;
  bytes: number;
  /** Sorted, with `/` between them: a hundred thousand texts would take long to load. */
  names: string;
  stats: Float64Array;
}

/**
 * Lets an unchanged file cost one `lstat`. Valid only for the vault whose packs it names: when one of them is gone or cut
 * short, so may be the objects that it vouches for. A cache: losing it costs reading every file once.
 *
 *     json length u32  json  numbers f64…
 */
export interface ScanCache {
  /** What else decides which files are captured; a cache made under another key is not used. */
  key: string;
  /** By name, with the length of each; 0 for one that is not there. */
  packs: ReadonlyMap<string, number>;
  directories: Map<string, ScannedDirectory>;
}

const magic = 'holdfast-scan-3\n';

type Pack = [name: string, length: number];
type Row = [path: string, tree: string, files: number, bytes: number, names: string];

export function writeScanCache(context: Context, cache: ScanCache): void {
  const rows: Row[] = [];
  const numbers: Buffer[] = [];
  for (const [path, { tree, files, bytes, names, stats }] of cache.directories) {
    rows.push([path, tree, files, bytes, names]);
    numbers.push(Buffer.from(stats.buffer, stats.byteOffset, stats.byteLength));
  }
  const json = Buffer.from(JSON.stringify({ key: cache.key, packs: [...cache.packs], rows }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  writeCache(cachePath(context), sealCache(magic, Buffer.concat([length, json, ...numbers])));
}

/** @returns `undefined` when there is none, or it is not whole, or was made under another key, or one of its packs is not whole */
export function readScanCache(context: Context, key: string): ScanCache | undefined {
  let bytes: Buffer | undefined;
  try {
    bytes = unsealCache(magic, readVaultFile(context.ports.fs, cachePath(context)));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  if (!bytes || bytes.length < 4) return undefined;
  const numbersStart = 4 + bytes.readUInt32LE();
  if (numbersStart > bytes.length || (bytes.length - numbersStart) % 8 !== 0) return undefined;
  const json = parsed(bytes.toString('utf8', 4, numbersStart));
  if (json?.key !== key) return undefined;
  const lengthOf = packLengths(context);
  if (json.packs.some(([name, length]) => lengthOf(name) !== length)) return undefined;
  const numbers = new Float64Array(new Uint8Array(bytes.subarray(numbersStart)).buffer);
  const directories = new Map<string, ScannedDirectory>();
  let position = 0;
  for (const [path, tree, files, size, names] of json.rows) {
    const stats = numbers.subarray(position, position + countOf(names) * numbersPerEntry);
    position += stats.length;
    directories.set(path, { tree, files, bytes: size, names, stats });
  }
  return position === numbers.length ? { key, packs: new Map(json.packs), directories } : undefined;
}

/** Whether a scan found a directory as it was. Never, where one of its files changed so shortly before that it is to be read again. */
export function isSameScan(one: ScannedDirectory, other: ScannedDirectory): boolean {
  return (
    one.tree === other.tree &&
    one.files === other.files &&
    one.bytes === other.bytes &&
    one.names === other.names &&
    one.stats.every((number, index) => number === other.stats[index])
  );
}

/** How long the file is; 0 when there is none. */
export function scanCacheLength(context: Context): number {
  return context.ports.fs.statSync(cachePath(context), { throwIfNoEntry: false })?.size ?? 0;
}

/** The checksum says that nothing was damaged, not who wrote it. Checked by hand, since there may be a million names. */
function parsed(text: string): { key: string; packs: Pack[]; rows: Row[] } | undefined {
  try {
    const json = JSON.parse(text);
    const fits =
      json.packs.every(([name, length]: unknown[]) => isDigest(name) && isCount(length)) &&
      json.rows.every(
        ([path, tree, files, bytes, names]: unknown[]) =>
          typeof path === 'string' && isDigest(tree) && isCount(files) && isCount(bytes) && typeof names === 'string',
      );
    return fits ? json : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const isDigest = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/** Tells how long a pack is, as the cache says it: 0 for one that is not there, since no pack is empty. */
export function packLengths(context: Context): (name: string) => number {
  // Asked of thousands, and to join a path takes longer than to look.
  const directory = vaultPath(context, 'packs');
  const { fs } = context.ports;
  return name => fs.statSync(`${directory}/${name}.pack`, { throwIfNoEntry: false })?.size ?? 0;
}

function cachePath(context: Context): string {
  return vaultPath(context, 'cache', 'scan');
}
