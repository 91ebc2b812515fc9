import type { Omission } from '../../../protocol/common.ts';
import { ArchiveLinks, leadsOutside } from '../../backups/archive-links.ts';
import type { Context } from '../../context.ts';
import { Pace } from '../../pace.ts';
import type { Work } from '../../ports.ts';
import { areaOf } from '../../root/areas.ts';
import { objectId } from '../../vault/object-id.ts';
import type { ObjectStore } from '../../vault/object-store.ts';
import { contentObjects, decodeTree, encodeTree, type TreeEntry } from '../../vault/tree.ts';
import { walkTree } from '../walk-tree.ts';

/** What of a snapshot goes into a bundle. */
export interface Selected {
  tree: string;
  files: number;
  bytes: number;
  omitted: Omission[];
  /** The ids of all directories, with the bytes of those that had to be written anew. */
  trees: Map<string, Buffer | undefined>;
  contents: Set<string>;
}

/**
 * Leaves out what lies in secret areas, unless asked for, and links that lead out of the root: those mean nothing, or
 * harm, on another machine, and an import refuses them. Directories that lose an entry become new trees.
 */
export async function selectForBundle(
  context: Context,
  store: ObjectStore,
  tree: string,
  includeSecrets: boolean,
  work: Work,
): Promise<Selected> {
  const pace = new Pace(work);
  const selected: Selected = { tree, files: 0, bytes: 0, omitted: [], trees: new Map(), contents: new Set() };
  const outside = await linksOutside(context, store, tree, pace);

  const reasonAgainst = (path: string, entry: TreeEntry): string | undefined => {
    if (entry.type === 'link' && outside.has(path)) return 'a link that leads out of the root';
    if (includeSecrets || entry.type === 'dir') return undefined;
    const area = areaOf(context.profile, path);
    return area?.secret ? `secret area "${area.id}": left out unless --include-secrets is given` : undefined;
  };

  const visit = async (id: string, at: string): Promise<{ tree: string; files: number; bytes: number }> => {
    if (pace.due()) await pace.breathe();
    const entries: TreeEntry[] = [];
    let changed = false;
    let files = 0;
    let bytes = 0;
    for (const entry of decodeTree(store.get(id))) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const reason = reasonAgainst(path, entry);
      if (reason !== undefined) {
        selected.omitted.push({ path, reason });
        changed = true;
        continue;
      }
      if (entry.type === 'dir') {
        const inside = await visit(entry.tree, path);
        changed ||= inside.tree !== entry.tree;
        files += inside.files;
        bytes += inside.bytes;
        entries.push({ ...entry, ...inside });
        continue;
      }
      entries.push(entry);
      if (entry.type === 'link') continue;
      files++;
      bytes += entry.size;
      for (const object of contentObjects(entry)) selected.contents.add(object);
    }
    if (!changed) {
      selected.trees.set(id, undefined);
      return { tree: id, files, bytes };
    }
    const encoded = encodeTree(entries);
    const rewritten = objectId(encoded);
    selected.trees.set(rewritten, encoded);
    return { tree: rewritten, files, bytes };
  };

  return Object.assign(selected, await visit(tree, ''));
}

/** The links of a tree that lead out of it, by path. */
export async function linksOutside(
  context: Context,
  store: ObjectStore,
  tree: string,
  pace: Pace,
): Promise<Set<string>> {
  const links: { path: string; target: string }[] = [];
  for (const { path, entry } of walkTree(store, tree)) {
    if (pace.due()) await pace.breathe();
    if (entry.type === 'link') links.push({ path, target: entry.target });
  }
  const together = new ArchiveLinks(context.ports.platform, links);
  const outside = links.filter(({ path, target }) => leadsOutside(path, target) || together.leadOutside(path, target));
  return new Set(outside.map(({ path }) => path));
}
