import { isWithin } from '../names.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { decodeTree, type TreeEntry } from '../vault/tree.ts';

/**
 * Every entry below a tree, a directory before what it holds. With `paths`, only those, what lies below them, and the
 * directories above them (`implied`); other directories are not even opened.
 */
export function* walkTree(
  store: Pick<ObjectStore, 'get'>,
  tree: string,
  paths: readonly string[] = [],
  at = '',
): Generator<{ path: string; entry: TreeEntry; implied: boolean }> {
  for (const entry of decodeTree(store.get(tree))) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    const meant = paths.length === 0 || paths.some(chosen => isWithin(path, chosen));
    if (!meant && !paths.some(chosen => isWithin(chosen, path))) continue;
    if (!meant && entry.type !== 'dir') continue;
    yield { path, entry, implied: !meant };
    if (entry.type === 'dir') yield* walkTree(store, entry.tree, meant ? [] : paths, path);
  }
}
