import type { Context } from '../../context.ts';
import { captureKey } from '../../snapshots/create.ts';
import { readMarks } from '../marks.ts';
import { listPacks } from '../object-store.ts';
import { packLengths, readScanCache, writeScanCache } from '../scan-cache.ts';
import type { Packs } from './packs.ts';

/**
 * The scan cache vouches for objects in packs that are marked now, so it would be of no use any more. When all that it
 * tells of is needed by a snapshot, that lies in packs that stay, and it holds for these: the next snapshot is spared the
 * reading of every file.
 *
 * @param emptied packs of which all that is needed was moved since `packs` was measured
 */
export function renewScanCache(context: Context, packs: Packs, emptied: ReadonlySet<string>): void {
  const cache = readScanCache(context, captureKey(context));
  const tree = cache?.directories.get('')?.tree;
  const number = tree === undefined ? undefined : packs.index.numberOf(tree);
  if (!cache || number === undefined || !packs.reachable.isLive(number) || packs.reachable.missing.size > 0) return;
  const marks = readMarks(context);
  if (packs.all.some(({ name, live }) => live > 0 && marks.has(name) && !emptied.has(name))) return;
  const staying = listPacks(context).filter(name => !marks.has(name));
  const lengthOf = packLengths(context);
  writeScanCache(context, { ...cache, packs: new Map(staying.map(name => [name, lengthOf(name)])) });
}
