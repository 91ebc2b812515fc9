import type { Omission } from '../../../protocol/common.ts';
import type { Context } from '../../context.ts';
import { HoldfastError } from '../../errors.ts';
import type { Pace } from '../../pace.ts';
import { writeCache } from '../cache-file.ts';
import { encodeIndex, recordsOf } from '../index-file.ts';
import { readMarks } from '../marks.ts';
import { indexPath } from '../pack-index.ts';
import { PackWriter } from '../pack-writer.ts';
import type { Pack, Packs } from './packs.ts';

export interface Rewritten {
  /** Of which all that is needed lies elsewhere now. */
  emptied: Pack[];
  writtenBytes: number;
  kept: Omission[];
}

/**
 * Copies what is needed of some packs into new ones, checking each object. A pack with a damaged object that is needed is
 * left as it is, and said so. Without the room for it nothing is rewritten: the space that deleting frees is there for the
 * next time.
 *
 * @param goesOn asked before each pack: false ends it there
 */
export async function rewritePacks(
  context: Context,
  packs: Packs,
  wanted: readonly Pack[],
  goesOn: () => boolean,
  pace: Pace,
): Promise<Rewritten> {
  const result: Rewritten = { emptied: [], writtenBytes: 0, kept: [] };
  const marks = readMarks(context);
  const doomed = new Set([...marks.keys(), ...wanted.map(({ name }) => name)]);
  const writer = new PackWriter(
    context,
    (pack, entries) => writeCache(indexPath(context, pack), encodeIndex(recordsOf(entries))),
    name => doomed.has(name),
  );
  const emptied: Pack[] = [];
  try {
    for (const [done, pack] of wanted.entries()) {
      if (!goesOn()) break;
      const whole = await copyLive(packs, pack, writer, () =>
        pace.due() ? pace.breathe({ phase: 'Rewriting', done, total: wanted.length, unit: 'items' }) : undefined,
      );
      if (whole) emptied.push(pack);
      else result.kept.push({ path: `packs/${pack.name}.pack`, reason: 'it holds damaged objects that are needed' });
    }
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    if (!HoldfastError.is(error, 'DISK_FULL') && (error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    return { emptied: [], writtenBytes: 0, kept: [{ path: 'packs', reason: 'There is no room to rewrite them.' }] };
  }
  return { ...result, emptied, writtenBytes: writer.storedBytes };
}

/** @returns whether all of it could be read */
async function copyLive(
  packs: Packs,
  { first, end }: Pack,
  writer: PackWriter,
  breathe: () => Promise<void> | undefined,
): Promise<boolean> {
  const { index, reachable } = packs;
  let whole = true;
  for (let number = first; number < end; number++) {
    if (!reachable.isLive(number)) continue;
    await breathe();
    const id = index.idOf(number);
    const bytes = packs.read(number, id);
    if (bytes) await writer.add(reachable.isTree(number) ? 'tree' : 'content', id, bytes);
    else whole = false;
  }
  return whole;
}
