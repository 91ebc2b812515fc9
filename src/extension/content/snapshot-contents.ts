import type { FileInfo } from '../../protocol/common.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { Bounded } from '../bounded.ts';
import { texts } from '../messages.ts';
import type { Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';
import { parentOf } from './root-path.ts';

/** All entries of one snapshot, from one reading of its listing. */
export interface SnapshotTree {
  readonly workspace: Workspace;
  readonly entries: ReadonlyMap<string, FileInfo>;
  /** By directory (`''` is the top), directories first, then by name. */
  readonly children: ReadonlyMap<string, FileInfo[]>;
}

const entriesKept = 400_000;
const bytesKept = 32_000_000;

/** What snapshots hold, for the tree, the read-only file system and the comparisons. A snapshot never changes. */
export class SnapshotContents {
  private readonly trees = new Bounded<SnapshotTree>(entriesKept);
  private readonly loading = new Map<string, Promise<SnapshotTree>>();
  private readonly contents = new Bounded<Uint8Array>(bytesKept);
  private readonly workspaces: Workspaces;

  constructor(workspaces: Workspaces) {
    this.workspaces = workspaces;
  }

  /** @throws NOT_FOUND when no folder's root has this snapshot */
  tree(id: string): Promise<SnapshotTree> {
    const known = this.trees.get(id);
    if (known) return Promise.resolve(known);
    let loading = this.loading.get(id);
    if (!loading) {
      loading = this.load(id).finally(() => this.loading.delete(id));
      this.loading.set(id, loading);
    }
    return loading;
  }

  async bytes(id: string, path: string): Promise<Uint8Array> {
    const key = `${id}/${path}`;
    const known = this.contents.get(key);
    if (known) return known;
    const { workspace } = await this.tree(id);
    const bytes = await (await workspace.client()).snapshotContent(id, path);
    this.contents.set(key, bytes, bytes.byteLength);
    return bytes;
  }

  private async load(id: string): Promise<SnapshotTree> {
    for (const workspace of this.workspaces.all) {
      try {
        const tree = treeOf(workspace, await (await workspace.client()).snapshotFiles(id));
        this.trees.set(id, tree, tree.entries.size + 1);
        return tree;
      } catch (error) {
        if (!HoldfastError.is(error, 'NOT_FOUND', 'ROOT_MISSING', 'ROOT_UNUSABLE')) throw error;
      }
    }
    throw new HoldfastError('NOT_FOUND', texts.noSuchSnapshot(id));
  }
}

function treeOf(workspace: Workspace, files: FileInfo[]): SnapshotTree {
  const entries = new Map(files.map(file => [file.path, file]));
  const children = new Map<string, FileInfo[]>([['', []]]);
  for (const file of files) {
    const parent = parentOf(file.path);
    const siblings = children.get(parent);
    if (siblings) siblings.push(file);
    else children.set(parent, [file]);
    if (file.type === 'dir' && !children.has(file.path)) children.set(file.path, []);
  }
  const order = (a: FileInfo, b: FileInfo) =>
    Number(b.type === 'dir') - Number(a.type === 'dir') || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  for (const siblings of children.values()) siblings.sort(order);
  return { workspace, entries, children };
}
