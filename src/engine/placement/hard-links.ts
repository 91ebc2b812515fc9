import type { BigIntStats } from 'node:fs';
import type { Wanted } from './wanted.ts';

/**
 * Names that are to be one file, by the path of each but the first of them. Only what is wanted counts, never what lies
 * there; and names that do not agree in everything are no such names, whatever they say.
 */
export function firstNames(wanted: readonly Wanted[]): Map<string, Wanted> {
  const others = new Map<string, Wanted>();
  const said = new Set(wanted.flatMap(({ sameAs }) => sameAs ?? []));
  if (said.size === 0) return others;
  const firsts = new Map<string, Wanted>();
  for (const one of wanted) {
    const name = one.sameAs ?? one.path;
    if (one.type !== 'file' || !said.has(name)) continue;
    const first = firsts.get(name);
    if (!first) firsts.set(name, one);
    else if (agree(first, one)) others.set(one.path, first);
  }
  return others;
}

function agree(one: Wanted, other: Wanted): boolean {
  return one.size === other.size && one.sha256 === other.sha256 && one.mode === other.mode && one.mtime === other.mtime;
}

interface InPlace {
  one: Wanted;
  there: BigIntStats;
  file: string;
}

/** Finds which files that lie in place with the right content are one with others that they should not be, or not one. */
export class NamesInPlace {
  readonly #firsts: ReadonlyMap<string, Wanted>;
  readonly #shared: Set<string>;
  readonly #inPlace: InPlace[] = [];
  /** First names of files of which a name is not in place. */
  readonly #missing = new Set<string>();

  constructor(wanted: readonly Wanted[]) {
    this.#firsts = firstNames(wanted);
    this.#shared = new Set([...this.#firsts].flatMap(([path, first]) => [path, first.path]));
  }

  /** To be told of each file that is in place. */
  add(one: Wanted, there: BigIntStats): void {
    if (there.nlink > 1n || this.#shared.has(one.path))
      this.#inPlace.push({ one, there, file: `${there.dev}:${there.ino}` });
  }

  /** To be told of each file that will be written. */
  addMissing({ path }: Wanted): void {
    if (this.#shared.has(path)) this.#missing.add(this.#firstOf(path));
  }

  /** Those that have to be written all the same, with the state that they are in. */
  wrong(): { one: Wanted; there: BigIntStats }[] {
    const filesOf = new Map<string, Set<string>>();
    const namesOf = new Map<string, Set<string>>();
    for (const { one, file } of this.#inPlace) {
      const name = this.#firstOf(one.path);
      filesOf.set(name, (filesOf.get(name) ?? new Set()).add(file));
      namesOf.set(file, (namesOf.get(file) ?? new Set()).add(name));
    }
    return this.#inPlace.filter(({ one, file }) => {
      const name = this.#firstOf(one.path);
      return this.#missing.has(name) || filesOf.get(name)!.size > 1 || namesOf.get(file)!.size > 1;
    });
  }

  #firstOf(path: string): string {
    return this.#firsts.get(path)?.path ?? path;
  }
}
