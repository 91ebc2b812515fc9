import type { ObjectStore } from '../vault/object-store.ts';
import { decodeTree, type FileEntry, type TreeEntry } from '../vault/tree.ts';
import { walkTree } from './walk-tree.ts';

/**
 * The path at which `there` has the bytes of `file` and `here` has no file at all: where it went to, or came from. Equal
 * directories are not opened. An empty file equals every other one, so it is never taken for a renamed one.
 *
 * @param counts whether a path may be the answer
 * @returns the one with the same name where there are several, else the first
 */
export function movedPath(
  store: Pick<ObjectStore, 'get'>,
  [here, there]: readonly [here: string, there: string],
  file: FileEntry,
  counts: (path: string) => boolean,
): string | undefined {
  if (file.size === 0) return undefined;
  let first: string | undefined;
  for (const { path, entry } of additions(store, here, there, '')) {
    if (entry.type !== 'file' || entry.sha256 !== file.sha256 || entry.size !== file.size || !counts(path)) continue;
    if (entry.name === file.name) return path;
    first ??= path;
  }
  return first;
}

/** What `there` has at paths where `here` has nothing of that kind. */
function* additions(
  store: Pick<ObjectStore, 'get'>,
  here: string,
  there: string,
  at: string,
): Generator<{ path: string; entry: TreeEntry }> {
  if (here === there) return;
  const before = new Map(decodeTree(store.get(here)).map(entry => [entry.name, entry]));
  for (const entry of decodeTree(store.get(there))) {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    const old = before.get(entry.name);
    if (entry.type === 'dir' && old?.type === 'dir') yield* additions(store, old.tree, entry.tree, path);
    else if (old?.type !== entry.type) {
      yield { path, entry };
      if (entry.type === 'dir') yield* walkTree(store, entry.tree, [], path);
    }
  }
}
