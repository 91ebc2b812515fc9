import * as z from 'zod';
import { Sha256, Time } from '../../protocol/common.ts';
import { type Context, vaultPath } from '../context.ts';
import { createDurably, makeDirectory, removeQuietly } from '../durable.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import { encodeRecord, type RecordKind, readRecord } from '../record.ts';

const Mark = z.object({ at: Time, packs: z.array(Sha256) });

/**
 * `marks/<12 digits>.json`: packs that nothing needed when prune looked. Whoever adds to the vault treats them as gone and
 * stores what it needs of them again, so a mark is never taken back: a pack stays marked until it is deleted.
 *
 * Numbered and made exclusively, as the fence of the role of prune: one that slept while another took over the role finds
 * its number taken.
 */
const markKind: RecordKind<z.infer<typeof Mark>> = { kind: 'mark', version: 1, schema: Mark };

/**
 * The marked packs, with the time of their first mark (ms). Some of them may be deleted by now.
 *
 * @throws CORRUPT for a mark that cannot be read: it could be about any pack
 */
export function readMarks(context: Pick<Context, 'ports' | 'root'>): Map<string, number> {
  return packsOf(markNumbers(context).map(number => readMark(context, number)));
}

/** As `readMarks`, without what cannot be read: for whoever only reads, and takes a marked pack where there is no other. */
export function readableMarks(context: Pick<Context, 'ports' | 'root'>): Map<string, number> {
  const read = (number: number) => {
    try {
      return readMark(context, number);
    } catch (error) {
      if (HoldfastError.is(error, 'CORRUPT')) return undefined;
      throw error;
    }
  };
  return packsOf(markNumbers(context).map(read));
}

function packsOf(all: readonly (z.infer<typeof Mark> | undefined)[]): Map<string, number> {
  const marks = new Map<string, number>();
  for (const mark of all) {
    for (const pack of mark?.packs ?? []) if (!marks.has(pack)) marks.set(pack, new Date(mark!.at).getTime());
  }
  return marks;
}

/** @param after the latest mark that was seen. @returns its number. @throws LOCKED when it was not the latest; DISK_FULL */
export function addMarks(context: Context, packs: readonly string[], after: number): number {
  const { ports } = context;
  makeDirectory(ports, vaultPath(context, 'marks'));
  const bytes = encodeRecord(markKind, { at: ports.now().toISOString(), packs: [...packs] }, ports.now());
  if (createDurably(ports, markPath(context, after + 1), bytes)) return after + 1;
  throw new HoldfastError('LOCKED', 'Another prune was at work here meanwhile.', {
    path: markPath(context, after + 1),
    hint: 'Run the command again.',
  });
}

/**
 * What takes the place of a damaged mark while nobody deletes: it marks nothing, so that its number stays taken. What it
 * was about is marked again when nothing needs it.
 */
export function emptyMark({ ports }: Pick<Context, 'ports'>): Buffer {
  return encodeRecord(markKind, { at: ports.now().toISOString(), packs: [] }, ports.now());
}

/** The number of the latest mark; 0 when there is none. */
export function latestMark(context: Context): number {
  return markNumbers(context).at(-1) ?? 0;
}

/** A prune that was paused longer than this before it deleted a pack does not wake up any more. */
const longestSleep = 7 * 86_400_000;

/** Removes old marks of which no pack is left. Until then no pack gets these names again: a late deletion would hit it. */
export function removeSpentMarks(context: Context, packs: { has(pack: string): boolean }): void {
  for (const number of markNumbers(context)) {
    const mark = readMark(context, number);
    if (!mark || mark.packs.some(pack => packs.has(pack))) continue;
    if (context.ports.now().getTime() - new Date(mark.at).getTime() < longestSleep) continue;
    removeQuietly(context.ports.fs, markPath(context, number));
  }
}

function readMark(context: Pick<Context, 'ports' | 'root'>, number: number): z.infer<typeof Mark> | undefined {
  try {
    return readRecord(context.ports, markKind, markPath(context, number));
  } catch (error) {
    if (!HoldfastError.is(error, 'CORRUPT')) throw error;
    throw new HoldfastError('CORRUPT', error.message, {
      path: markPath(context, number),
      hint: 'Run: holdfast vault repair',
      cause: error,
    });
  }
}

function markPath(context: Pick<Context, 'root'>, number: number): string {
  return vaultPath(context, 'marks', `${String(number).padStart(12, '0')}.json`);
}

function markNumbers(context: Pick<Context, 'ports' | 'root'>): number[] {
  try {
    const names = context.ports.fs.readdirSync(vaultPath(context, 'marks'));
    return names
      .filter(name => /^\d{12}\.json$/.test(name))
      .map(name => Number(name.slice(0, 12)))
      .sort((one, other) => one - other);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
