import { PathSet } from '../path-set.ts';
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
  yield* walk(store, tree, paths.length === 0 ? undefined : new PathSet(paths), at);
}

function* walk(
  store: Pick<ObjectStore, 'get'>,
  tree: string,
  chosen: PathSet | undefined,
  at: string,
): Generator<{ path: string; entry: TreeEntry; implied: boolean }> {
  for (const entry of decodeTree(store.get(tree))) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    const meant = !chosen || chosen.covers(path);
    if (!meant && !(chosen.leadsTo(path) && entry.type === 'dir')) continue;
    yield { path, entry, implied: !meant };
    if (entry.type === 'dir') yield* walk(store, entry.tree, meant ? undefined : chosen, path);
  }
}
