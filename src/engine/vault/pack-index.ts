import { type Context, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { writeCache } from './cache-file.ts';
import { decodeIndex, encodeIndex, entriesOf, type IndexEntry, recordsOf } from './index-file.ts';
import { readPack } from './pack.ts';
import { packPath } from './pack-reader.ts';
import { readVaultFile } from './read-vault-file.ts';

type Place = Pick<Context, 'ports' | 'root'>;

/** The index records of a pack, made again when they are missing; `undefined` when the pack is gone. */
export function packRecords(context: Place, pack: string): Buffer | undefined {
  try {
    const records = decodeIndex(readVaultFile(context.ports.fs, indexPath(context, pack)));
    if (records) return records;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  try {
    const records = recordsOf(entriesIn(context, pack));
    writeCache(indexPath(context, pack), encodeIndex(records));
    return records;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** What a pack holds, from its own bytes. What is damaged is missing, and whoever needs it will be told. */
function entriesIn(context: Place, pack: string): IndexEntry[] {
  const blocks: IndexEntry[][] = [];
  for (const block of readPack(context.ports.fs, packPath(context, pack), () => {})) blocks.push(entriesOf(block));
  return blocks.flat();
}

export function indexPath(context: Pick<Context, 'root'>, pack: string): string {
  return vaultPath(context, 'index', `${pack}.idx`);
}
