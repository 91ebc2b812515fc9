import type { Pace } from '../pace.ts';
import type { ObjectStore } from './object-store.ts';
import { contentObjects, decodeTree } from './tree.ts';

/**
 * Makes sure of everything below a tree that the vault has already, for a record that is about to refer to it again: of a
 * deleted snapshot, or an earlier version of a session. What lies where prune deletes is stored anew.
 *
 * @throws CORRUPT when something of it is lost
 */
export async function adopt(store: ObjectStore, tree: string, pace: Pace): Promise<void> {
  const seen = new Set<string>();
  const waiting = [tree];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const entries = decodeTree(store.get(id));
    await store.keep('tree', id);
    for (const entry of entries) {
      if (pace.due()) await pace.breathe();
      if (entry.type === 'dir') waiting.push(entry.tree);
      if (entry.type === 'file') for (const object of contentObjects(entry)) await store.keep('content', object);
    }
  }
}
