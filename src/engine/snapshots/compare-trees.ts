import type { FileInfo } from '../../protocol/common.ts';
import type { Diff } from '../../protocol/snapshots.ts';
import { isWithin } from '../names.ts';
import type { Pace } from '../pace.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { decodeTree, fileInfo, type TreeEntry } from '../vault/tree.ts';
import { walkTree } from './walk-tree.ts';

type Trees = Pick<ObjectSink, 'get'>;
type Differences = Pick<Diff, 'added' | 'removed' | 'modified' | 'unchanged'>;

/**
 * Adds to `diff` what differs between two trees. A file counts as modified when its bytes, mode or kind differ, or
 * which file it is another name of; a mere new time is no change. Equal directories are not opened.
 *
 * @param paths only these and what lies below them; empty: all
 */
export async function compareTrees(
  store: Trees,
  before: string,
  after: string,
  paths: readonly string[],
  diff: Differences,
  pace: Pace,
): Promise<void> {
  await compare(store, before, after, '', paths, diff, pace);
}

async function compare(
  store: Trees,
  before: string,
  after: string,
  at: string,
  paths: readonly string[],
  diff: Differences,
  pace: Pace,
): Promise<void> {
  if (pace.due()) await pace.breathe();
  const left = new Map(decodeTree(store.get(before)).map(entry => [entry.name, entry]));
  const right = new Map(decodeTree(store.get(after)).map(entry => [entry.name, entry]));
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    const path = at === '' ? name : `${at}/${name}`;
    const meant = paths.length === 0 || paths.some(chosen => isWithin(path, chosen));
    if (!meant && !paths.some(chosen => isWithin(chosen, path))) continue;
    const one = left.get(name);
    const other = right.get(name);
    const inner = meant ? [] : paths;
    if (one?.type === 'dir' && other?.type === 'dir') {
      if (one.tree === other.tree && meant) diff.unchanged += one.files;
      else await compare(store, one.tree, other.tree, path, inner, diff, pace);
      if (meant && one.mode !== other.mode)
        diff.modified.push({ path, before: fileInfo(path, one), after: fileInfo(path, other) });
    } else if (one && other && one.type === other.type) {
      if (!meant) continue;
      if (isSame(one, other)) diff.unchanged += one.type === 'file' ? 1 : 0;
      else diff.modified.push({ path, before: fileInfo(path, one), after: fileInfo(path, other) });
    } else {
      if (one) addAll(diff.removed, store, path, one, inner, meant);
      if (other) addAll(diff.added, store, path, other, inner, meant);
    }
  }
}

function isSame(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === 'file' && other.type === 'file')
    return one.sha256 === other.sha256 && one.mode === other.mode && one.sameAs === other.sameAs;
  return one.type === 'link' && other.type === 'link' && one.target === other.target;
}

/** The entry and all below it, one by one: it may be more than a call can take as arguments. */
function addAll(
  all: FileInfo[],
  store: Trees,
  path: string,
  entry: TreeEntry,
  paths: readonly string[],
  meant: boolean,
): void {
  if (meant) all.push(fileInfo(path, entry));
  if (entry.type !== 'dir') return;
  for (const inside of walkTree(store, entry.tree, paths, path))
    if (!inside.implied) all.push(fileInfo(inside.path, inside.entry));
}
