import { below } from '../names.ts';
import { namesOf, numbersPerEntry } from '../vault/file-numbers.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import type { ScannedDirectory } from '../vault/scan-cache.ts';
import { decodeTree, type FileEntry, type TreeEntry } from '../vault/tree.ts';

export interface CapturedEntry {
  /** Absent when it is the same as in the earlier capture of this directory. */
  entry: TreeEntry | undefined;
  files: number;
  bytes: number;
  numbers: ArrayLike<number>;
}

/** The earlier capture of a directory: which of its entries are the same now, and, if asked, what they were. */
export class Earlier {
  readonly #store: ObjectSink;
  readonly #before: ScannedDirectory | undefined;
  readonly #names: readonly string[];
  /** How many entries are known to be the same. Who captures one again takes back what it counted. */
  same = 0;
  #position = 0;
  #entries: Map<string, TreeEntry> | undefined;

  constructor(store: ObjectSink, before: ScannedDirectory | undefined) {
    this.#store = store;
    this.#before = before;
    this.#names = namesOf(before?.names ?? '');
  }

  /** Whether an entry is as it was. Names come in sorted order, as they were stored, so a step forward finds them. */
  keeps(name: string, numbers: readonly number[]): boolean {
    const same = this.#isAsItWas(name, numbers);
    if (same) this.same++;
    return same;
  }

  #isAsItWas(name: string, numbers: readonly number[]): boolean {
    if (!this.#before) return false;
    const { stats } = this.#before;
    const names = this.#names;
    while (this.#position < names.length && names[this.#position]! < name) this.#position++;
    if (names[this.#position] !== name) return false;
    const start = this.#position * numbersPerEntry;
    return numbers.every((number, index) => stats[start + index] === number);
  }

  /** What a file was stored as, if it is as it was. */
  fileAsItWas(name: string, numbers: readonly number[]): FileEntry | undefined {
    const entry = this.#isAsItWas(name, numbers) ? this.entry(name) : undefined;
    return entry?.type === 'file' ? entry : undefined;
  }

  /** Whether the directory had just this entry. */
  keepsEntry(entry: TreeEntry): boolean {
    const same = this.#before !== undefined && JSON.stringify(this.entry(entry.name)) === JSON.stringify(entry);
    if (same) this.same++;
    return same;
  }

  /** An entry of which it is known that it is as it was; what it adds to the sums is counted already. */
  pass(name: string): CapturedEntry {
    const { stats } = this.#before!;
    while (this.#names[this.#position] !== name) this.#position++;
    this.same++;
    const start = this.#position * numbersPerEntry;
    return { entry: undefined, files: 0, bytes: 0, numbers: stats.subarray(start, start + numbersPerEntry) };
  }

  treeIfAllSame(names: readonly string[]): string | undefined {
    return this.#before && this.same === names.length && names.length === this.#names.length
      ? this.#before.tree
      : undefined;
  }

  entry(name: string): TreeEntry {
    this.#entries ??= new Map(decodeTree(this.#store.get(this.#before!.tree)).map(entry => [entry.name, entry]));
    return this.#entries.get(name)!;
  }
}

/** The sums of a directory as it was captured, without those of the directories in it. */
export function directlyIn(
  before: ReadonlyMap<string, ScannedDirectory>,
  at: string,
  { names, files, bytes }: ScannedDirectory,
): { files: number; bytes: number } {
  const sums = { files, bytes };
  for (const name of namesOf(names)) {
    const inside = before.get(below(at, name));
    sums.files -= inside?.files ?? 0;
    sums.bytes -= inside?.bytes ?? 0;
  }
  return sums;
}
