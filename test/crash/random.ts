import { directory, file, link, type Tree } from '../fixtures/tree.ts';

/** Numbers that look random and are the same again for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Few names, so that two trees have many in common. */
const names = ['a', 'b', 'c.txt', 'd.json', 'with space', 'line\nbreak', '😀', 'e'];

/** A small tree with files, links and directories, some of them empty. */
export function randomTree(random: Random, size: number, depth = 0): Tree {
  const tree: Tree = {};
  for (let count = 2 + random.below(size); count > 0; count--) {
    const kind = random.below(10);
    const name = random.pick(names);
    if (kind < 6) tree[name] = file(randomText(random), { mode: random.pick([0o644, 0o600, 0o755, 0o444]) });
    else if (kind < 7) tree[name] = link(random.pick(['a', '../b', 'nowhere', '.']));
    else if (depth < 2) tree[name] = directory(randomTree(random, 2, depth + 1), { mode: random.pick([0o755, 0o700]) });
    else tree[name] = {};
  }
  return tree;
}

function randomText(random: Random): string {
  const kind = random.below(12);
  if (kind === 0) return '';
  if (kind === 1) return 'x'.repeat(1_200_000 + random.below(3));
  return `text ${random.below(6)}\n`.repeat(1 + random.below(20));
}
