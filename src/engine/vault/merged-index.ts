import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { sealCache, unsealCache, writeCache } from './cache-file.ts';
import { recordLength } from './index-file.ts';
import { packRecords } from './pack-index.ts';
import { readVaultFile } from './read-vault-file.ts';

/**
 * `cache/packs`: the index records of many small packs in one file. Every version of a session is a pack of its own, and
 * thousands of files take longer to open than to read. A cache: losing it costs opening each of them once.
 *
 *     for each pack: name[32]  count u32  count × record
 */
const magic = 'holdfast-packs2\n';

type Place = Pick<Context, 'ports' | 'root'>;

/** Packs with more objects keep to their own files, so that this one stays quick to write. */
const fewObjects = 256;
/** So many packs have to be opened one by one before they are written into the one file. */
const worthMerging = 64;

/** The index records of packs, in their order; a pack that is gone is left out. */
export function allPackRecords(context: Place, packs: readonly string[]): Map<string, Buffer> {
  const merged = packs.length > worthMerging ? readMerged(context) : new Map<string, Buffer>();
  const all = new Map<string, Buffer>();
  let opened = 0;
  for (const pack of packs) {
    let records = merged.get(pack);
    if (!records) {
      records = packRecords(context, pack);
      if (records && records.length <= fewObjects * recordLength) opened++;
    }
    if (records) all.set(pack, records);
  }
  if (opened > worthMerging) writeMerged(context, all);
  return all;
}

function writeMerged(context: Place, all: ReadonlyMap<string, Buffer>): void {
  const parts: Buffer[] = [];
  for (const [pack, records] of all) {
    if (records.length > fewObjects * recordLength) continue;
    const head = Buffer.alloc(36);
    head.write(pack, 'hex');
    head.writeUInt32LE(records.length / recordLength, 32);
    parts.push(head, records);
  }
  writeCache(mergedPath(context), sealCache(magic, Buffer.concat(parts)));
}

function readMerged(context: Place): Map<string, Buffer> {
  const merged = new Map<string, Buffer>();
  let bytes: Buffer | undefined;
  try {
    bytes = unsealCache(magic, readVaultFile(context.ports.fs, mergedPath(context)));
  } catch (error) {
    if (isAbsent(error)) return merged;
    throw error;
  }
  if (!bytes) return merged;
  let at = 0;
  while (at + 36 <= bytes.length) {
    const records = at + 36 + bytes.readUInt32LE(at + 32) * recordLength;
    merged.set(bytes.toString('hex', at, at + 32), bytes.subarray(at + 36, records));
    at = records;
  }
  return at === bytes.length ? merged : new Map();
}

function mergedPath(context: Pick<Context, 'root'>): string {
  return vaultPath(context, 'cache', 'packs');
}
