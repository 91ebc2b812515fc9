import type { Context } from '../../context.ts';
import { HoldfastError, isAbsent } from '../../errors.ts';
import type { Pace } from '../../pace.ts';
import { hashFile } from '../../placement/hash-file.ts';
import { recordLength } from '../index-file.ts';
import { readMarks } from '../marks.ts';
import { allPackRecords } from '../merged-index.ts';
import { objectId } from '../object-id.ts';
import { ObjectIndex } from '../object-index.ts';
import { listPacks } from '../object-store.ts';
import { PackReader, packPath } from '../pack-reader.ts';
import { held, live, Reachable } from '../reachable.ts';

/** One pack, and how much of it is needed. */
export interface Pack {
  name: string;
  /** On disk. */
  size: number;
  /** When prune marked it first (ms); absent: never. */
  markedAt: number | undefined;
  /** The numbers of its records in the index, the last one excluded. */
  first: number;
  end: number;
  /** Of its objects, uncompressed: all, those that are needed and found here, and of these the ones not only for the trash. */
  bytes: number;
  neededBytes: number;
  needed: number;
  liveBytes: number;
  live: number;
}

/** Trees that something refers to; `pending` ones may not be complete. */
export interface Trees {
  live: readonly string[];
  held: readonly string[];
  pending: readonly string[];
}

/** All packs with what is needed of each. To be looked at after the records were read: every record's packs come before it. */
export class Packs {
  readonly all: readonly Pack[];
  readonly index: ObjectIndex;
  readonly reader: PackReader;
  readonly reachable: Reachable;
  readonly #context: Context;

  private constructor(context: Context, index: ObjectIndex, all: readonly Pack[]) {
    this.#context = context;
    this.index = index;
    this.all = all;
    this.reader = new PackReader(context);
    this.reachable = new Reachable(index, this.reader);
  }

  /** To be closed. @throws CORRUPT when a directory that is needed cannot be read */
  static async measure(context: Context, trees: Trees, pace: Pace): Promise<Packs> {
    const packs = Packs.#load(context);
    try {
      for (const tree of new Set(trees.live)) await packs.reachable.add(tree, live, pace);
      for (const tree of new Set(trees.pending)) await packs.reachable.add(tree, live, pace, true);
      for (const tree of new Set(trees.held)) await packs.reachable.add(tree, held, pace);
      for (const pack of packs.all) packs.#count(pack);
      return packs;
    } catch (error) {
      packs.close();
      throw error;
    }
  }

  static #load(context: Context): Packs {
    const marks = readMarks(context);
    const index = new ObjectIndex();
    const sizes = packSizes(context);
    // What is in several packs is found in an unmarked one, and there in the largest: so the small ones can go.
    const rank = (name: string) => (marks.has(name) ? 0 : 1 + sizes.get(name)!);
    const names = [...sizes.keys()].sort((one, other) => rank(other) - rank(one) || (one < other ? -1 : 1));
    const all = Array.from(allPackRecords(context, names), ([name, records]) => {
      const first = index.size;
      index.add(name, records);
      const counts = { bytes: 0, neededBytes: 0, needed: 0, liveBytes: 0, live: 0 };
      const end = first + records.length / recordLength;
      return { name, size: sizes.get(name)!, markedAt: marks.get(name), first, end, ...counts };
    });
    return new Packs(context, index, all);
  }

  #count(pack: Pack): void {
    for (let number = pack.first; number < pack.end; number++) {
      const { length } = this.index.locationOf(number);
      pack.bytes += length;
      if (!this.reachable.isNeeded(number)) continue;
      pack.needed++;
      pack.neededBytes += length;
      if (!this.reachable.isLive(number)) continue;
      pack.live++;
      pack.liveBytes += length;
    }
  }

  /**
   * Whether a pack of which nothing is needed can really go: what is needed and also lies elsewhere is read there, and while
   * the vault misses something, a pack that is damaged itself may hold it.
   *
   * @returns why not, if not
   */
  async keeps(pack: Pack, pace: Pace): Promise<string | undefined> {
    if (this.reachable.missing.size > 0) {
      const digest = await hashFile(this.#context.ports.fs, packPath(this.#context, pack.name), pace);
      if (digest !== pack.name) return 'it is damaged, and may hold what the vault has lost';
    }
    for (let number = pack.first; number < pack.end; number++) {
      if (pace.due()) await pace.breathe();
      const id = this.index.idOf(number);
      const home = this.index.numberOf(id)!;
      if (home === number || !this.reachable.isNeeded(home)) continue;
      if (!this.isWhole(home, id)) return `it holds a copy of object ${id}, which is damaged elsewhere`;
    }
    return undefined;
  }

  isWhole(number: number, id: string): boolean {
    return this.read(number, id) !== undefined;
  }

  /** The bytes of an object; `undefined` when they are damaged. */
  read(number: number, id: string): Buffer | undefined {
    try {
      const bytes = this.reader.read(this.index.locationOf(number));
      return objectId(bytes) === id ? bytes : undefined;
    } catch (error) {
      if (HoldfastError.is(error, 'CORRUPT')) return undefined;
      throw error;
    }
  }

  close(): void {
    this.reader.close();
  }
}

/** Of all packs that are there, on disk. */
export function packSizes(context: Context): Map<string, number> {
  return new Map(listPacks(context).map(name => [name, sizeOf(context, name)]));
}

function sizeOf(context: Context, pack: string): number {
  try {
    return context.ports.fs.statSync(packPath(context, pack)).size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}
