import type { BigIntStats } from 'node:fs';
import { sameAsOf } from '../vault/first-name.ts';
import type { FileEntry } from '../vault/tree.ts';

interface First {
  path: string;
  entry: FileEntry;
  /** Its state as the scan cache has it. */
  numbers: readonly number[];
}

/** What says which file a name leads to. As doubles, two inode numbers may be the same that are not. */
export type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

/** The files with several names that one capture has met, each by the first of these. */
export class HardLinks {
  readonly #firsts = new Map<string, First>();

  first({ dev, ino }: Identity, path: string, entry: FileEntry, numbers: readonly number[]): void {
    this.#firsts.set(`${dev}:${ino}`, { path, entry, numbers });
  }

  /**
   * The entry of a further name: in one snapshot, a file has one state. `undefined` for the first name.
   *
   * @param numbers the state as it is now; the one returned is unidentifiable when it is another one
   */
  another(
    { dev, ino }: Identity,
    path: string,
    name: string,
    numbers: readonly number[],
  ): { entry: FileEntry; numbers: number[] } | undefined {
    const first = this.#firsts.get(`${dev}:${ino}`);
    if (!first) return undefined;
    const same = numbers.every((number, index) => number === first.numbers[index]);
    return {
      entry: { ...first.entry, name, sameAs: sameAsOf(path, first.path) },
      numbers: same ? [...numbers] : numbers.map(() => Number.NaN),
    };
  }
}
