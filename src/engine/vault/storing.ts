import type { Context } from '../context.ts';
import { ObjectStore } from './object-store.ts';
import { PacksTaken } from './packs-taken.ts';

/** Each time needs another prune in between, so the second one succeeds in practice. */
const attempts = 5;

/**
 * Runs `work`, which stores objects and commits a record that refers to them, and closes the store. When prune took away
 * some of them before the record was there, all is done again with a store that knows (design rule 7).
 *
 * @throws PacksTaken when that never ended; whatever `work` throws
 */
export async function storing<T>(context: Context, work: (store: ObjectStore) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const store = new ObjectStore(context);
    try {
      return await work(store);
    } catch (error) {
      if (!(error instanceof PacksTaken) || attempt === attempts) throw error;
    } finally {
      await store.close();
    }
  }
}
