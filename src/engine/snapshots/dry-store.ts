import type { ObjectSink, ObjectStore } from '../vault/object-store.ts';

/** Takes what a capture stores but keeps only the trees, in memory: for comparing the root as it is now. */
export class DryStore implements ObjectSink {
  readonly #vault: ObjectStore;
  readonly #trees = new Map<string, Buffer>();

  constructor(vault: ObjectStore) {
    this.#vault = vault;
  }

  async put(kind: 'content' | 'tree', id: string, bytes: Buffer): Promise<void> {
    if (kind === 'tree') this.#trees.set(id, Buffer.from(bytes));
  }

  get(id: string): Buffer {
    return this.#trees.get(id) ?? this.#vault.get(id);
  }
}
