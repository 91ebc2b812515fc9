import type { Omission } from '../../../protocol/common.ts';
import type { Context } from '../../context.ts';
import { vaultPath } from '../../context.ts';
import { syncDirectory } from '../../durable.ts';
import { asHoldfastError, isAbsent } from '../../errors.ts';
import type { Lock } from '../../lock.ts';
import type { Pace } from '../../pace.ts';
import { indexPath } from '../pack-index.ts';
import { packPath } from '../pack-reader.ts';
import type { Pack, Packs } from './packs.ts';

export interface Swept {
  deleted: Pack[];
  /** On disk. */
  bytes: number;
  kept: Omission[];
}

/**
 * Deletes packs that were marked before `packs` was measured, after one more look. Needs no room on the disk.
 *
 * @throws LOCKED when another one took over meanwhile
 */
export async function sweep(
  context: Context,
  lock: Lock,
  packs: Packs,
  deletable: readonly Pack[],
  pace: Pace,
): Promise<Swept> {
  const result: Swept = { deleted: [], bytes: 0, kept: [] };
  for (const pack of deletable) {
    if (pace.due())
      await pace.breathe({ phase: 'Freeing', done: result.deleted.length, total: deletable.length, unit: 'items' });
    const why = await packs.keeps(pack, pace);
    if (why !== undefined) {
      result.kept.push({ path: `packs/${pack.name}.pack`, reason: why });
      continue;
    }
    lock.check();
    const freed = removeFile(context, packPath(context, pack.name), result.kept);
    if (freed === undefined) continue;
    result.deleted.push(pack);
    result.bytes += freed + (removeFile(context, indexPath(context, pack.name), []) ?? 0);
  }
  if (result.deleted.length > 0) syncDirectory(context.ports, vaultPath(context, 'packs'));
  return result;
}

/** @returns the bytes that this freed; `undefined` when it failed, with the reason in `kept` */
export function removeFile({ ports: { fs }, root }: Context, path: string, kept: Omission[]): number | undefined {
  try {
    const { size } = fs.lstatSync(path);
    fs.rmSync(path);
    return size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    kept.push({ path: path.slice(vaultPath({ root }).length + 1), reason: asHoldfastError(error).message });
    return undefined;
  }
}
