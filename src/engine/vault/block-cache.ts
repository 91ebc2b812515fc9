import type { Block } from './pack.ts';

/** The last blocks that were read, as many as fit: how large a block is, its pack says, and one may hold a huge directory. */
export class BlockCache<Key> {
  readonly #blocks = new Map<Key, Block>();
  readonly #most: number;
  #bytes = 0;

  /** @param most bytes to keep */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: Key): Block | undefined {
    return this.#blocks.get(key);
  }

  add(key: Key, block: Block): void {
    if (block.raw.length > this.#most) return;
    this.#bytes += block.raw.length;
    for (const [oldest, { raw }] of this.#blocks) {
      if (this.#bytes <= this.#most) break;
      this.#blocks.delete(oldest);
      this.#bytes -= raw.length;
    }
    this.#blocks.set(key, block);
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}
