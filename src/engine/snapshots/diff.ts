import type { FileInfo } from '../../protocol/common.ts';
import type { Diff, Scope } from '../../protocol/snapshots.ts';
import { type Context, requireRoot } from '../context.ts';
import { checkedPath, isWithin } from '../names.ts';
import { Pace } from '../pace.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { decodeTree, fileInfo, type TreeEntry } from '../vault/tree.ts';
import { capture } from './capture.ts';
import { captureKey, trustedCache } from './create.ts';
import { DryStore } from './dry-store.ts';
import { findSnapshot } from './manifest.ts';
import { markSecrets } from './mark-secrets.ts';
import { selectionOf } from './selection.ts';
import { walkTree } from './walk-tree.ts';

/**
 * What changed from snapshot `a` to snapshot `b`, or to the root as it is now when `b` is `null`. A file counts as
 * modified when its bytes, mode or kind differ; a mere new time is no change. Equal directories are not opened.
 *
 * @param paths only these and what lies below them; empty: all
 */
export async function diffSnapshot(
  context: Context,
  a: string,
  b: string | null,
  paths: readonly string[],
  work: Work,
): Promise<Diff> {
  requireRoot(context);
  const before = findSnapshot(context, a);
  const after = b === null ? null : findSnapshot(context, b);
  const vault = new ObjectStore(context);
  try {
    const store = new DryStore(vault);
    const tree = after ? after.tree : await treeOfNow(context, vault, store, before.scope, work);
    const chosen = paths.map(path => checkedPath(path, context.ports.platform));
    const diff: Diff = { a: before.id, b: after?.id ?? null, added: [], removed: [], modified: [], unchanged: 0 };
    await compare(store, before.tree, tree, '', chosen, diff, new Pace(work));
    markSecrets(context, [...diff.added, ...diff.removed, ...diff.modified.flatMap(one => [one.before, one.after])]);
    return diff;
  } finally {
    await vault.close();
  }
}

async function treeOfNow(
  context: Context,
  vault: ObjectStore,
  store: DryStore,
  scope: Scope,
  work: Work,
): Promise<string> {
  await settleRoot(context);
  const cache = trustedCache(context, vault, captureKey(context));
  return (await capture(context, context.root, store, selectionOf(context, scope), cache, work)).tree;
}

async function compare(
  store: DryStore,
  before: string,
  after: string,
  at: string,
  paths: readonly string[],
  diff: Diff,
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
      if (one) diff.removed.push(...everything(store, path, one, inner, meant));
      if (other) diff.added.push(...everything(store, path, other, inner, meant));
    }
  }
}

function isSame(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === 'file' && other.type === 'file') return one.sha256 === other.sha256 && one.mode === other.mode;
  return one.type === 'link' && other.type === 'link' && one.target === other.target;
}

function everything(
  store: DryStore,
  path: string,
  entry: TreeEntry,
  paths: readonly string[],
  meant: boolean,
): FileInfo[] {
  const all = meant ? [fileInfo(path, entry)] : [];
  if (entry.type !== 'dir') return all;
  for (const inside of walkTree(store, entry.tree, paths, path))
    if (!inside.implied) all.push(fileInfo(inside.path, inside.entry));
  return all;
}
