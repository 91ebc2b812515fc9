import type { Diff, Scope } from '../../protocol/snapshots.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import { checkedOutsideVault } from '../placement/home.ts';
import { settleRoot } from '../placement/recover.ts';
import type { Work } from '../ports.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { capture } from './capture.ts';
import { captureLegacy } from './capture-legacy.ts';
import { compareTrees } from './compare-trees.ts';
import { captureKey, trustedCache } from './create.ts';
import { DryStore } from './dry-store.ts';
import { findSnapshot } from './manifest.ts';
import { markSecrets } from './mark-secrets.ts';
import { selectionOf } from './selection.ts';
import { walkTree } from './walk-tree.ts';

/**
 * What changed from snapshot `a` to snapshot `b`, or to what `a` covers as it is now when `b` is `null`; `scope` then
 * says so where that is not the whole root. A file counts as
 * modified when its bytes, mode or kind differ, or which file it is another name of; a mere new time is no change.
 *
 * @param paths only these and what lies below them; empty: all
 * @throws NOT_FOUND (no such snapshot, or a path that neither side has), INVALID_NAME (also for a path in the vault), CORRUPT
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
    const now: Now = after
      ? { tree: after.tree, secrets: after.scope.legacy?.secrets }
      : await treeOfNow(context, vault, store, before.scope, work);
    const chosen = paths.map(path => checkedOutsideVault(path, context.ports.platform));
    const missing = chosen.find(
      path => path !== '' && !holds(store, before.tree, path) && !holds(store, now.tree, path),
    );
    if (missing !== undefined) throw onNeitherSide(missing, before.id, after?.id);
    const diff: Diff = { a: before.id, b: after?.id ?? null, added: [], removed: [], modified: [], unchanged: 0 };
    if (!after && !isWhole(before.scope)) diff.scope = before.scope;
    await compareTrees(store, before.tree, now.tree, chosen, diff, new Pace(work));
    const files = [...diff.added, ...diff.removed, ...diff.modified.flatMap(one => [one.before, one.after])];
    markSecrets(context, files, [...(now.secrets ?? []), ...(before.scope.legacy?.secrets ?? [])]);
    return diff;
  } finally {
    await vault.close();
  }
}

function isWhole({ paths, areas, legacy }: Scope): boolean {
  return paths.length === 0 && areas.length === 0 && legacy === undefined;
}

function holds(store: Pick<DryStore, 'get'>, tree: string, path: string): boolean {
  for (const one of walkTree(store, tree, [path])) if (one.path === path) return true;
  return false;
}

function onNeitherSide(path: string, a: string, b: string | undefined): HoldfastError {
  const other = b === undefined ? 'the root, as far as the snapshot covers it,' : `snapshot ${b}`;
  return new HoldfastError('NOT_FOUND', `Neither snapshot ${a} nor ${other} has anything at this path.`, {
    path,
    hint: `See what the snapshot holds with: holdfast snapshot files ${a}`,
  });
}

interface Now {
  tree: string;
  /** Of legacy state: the paths of secrets. */
  secrets?: string[] | undefined;
}

async function treeOfNow(
  context: Context,
  vault: ObjectStore,
  store: DryStore,
  scope: Scope,
  work: Work,
): Promise<Now> {
  await settleRoot(context);
  if (scope.legacy) return captureLegacy(context, store, work);
  const cache = trustedCache(context, vault, captureKey(context));
  return capture(context, context.root, store, selectionOf(context, scope), cache, work);
}
