import * as vscode from 'vscode';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import type { SnapshotContents } from '../../content/snapshot-contents.ts';
import { periodOf } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Workspace } from '../../workspace.ts';
import type { TreeSource } from '../folder-tree.ts';
import type { BrokenNode, MoreNode } from '../nodes.ts';
import { snapshotsItem, snapshotTooltip } from './item.ts';
import type { GroupNode, SnapshotsNode } from './nodes.ts';

/** Up to this many, headings would only be in the way. */
const fewEnough = 7;

type Node = SnapshotsNode | BrokenNode | MoreNode;

/** Snapshots by period, each with what it holds. */
export class SnapshotsSource implements TreeSource<Node> {
  readonly view = 'holdfast.snapshots';
  readonly nouns = ['snapshots'] as const;
  readonly more = 'holdfast.snapshot.more';
  private readonly contents: SnapshotContents;

  constructor(contents: SnapshotContents) {
    this.contents = contents;
  }

  async roots(workspace: Workspace): Promise<Node[]> {
    const { items, total, more } = await workspace.snapshots.get();
    const broken = workspace.brokenSnapshots.map(record => ({ kind: 'broken' as const, workspace, record }));
    const rest: MoreNode[] = more ? [{ kind: 'more', workspace, remaining: total - items.length }] : [];
    const groups = grouped(workspace, items);
    if (items.length <= fewEnough || groups.length === 1)
      return [...broken, ...items.map(one => row(workspace, one)), ...rest];
    return [...broken, ...groups, ...rest];
  }

  async children(node: Node): Promise<Node[]> {
    if (node.kind === 'group') return node.snapshots.map(one => row(node.workspace, one));
    if (node.kind !== 'snapshot' && node.kind !== 'entry') return [];
    const { workspace, snapshot } = node;
    const tree = await this.contents.tree(snapshot.id);
    const entries = tree.children.get(node.kind === 'entry' ? node.entry.path : '') ?? [];
    return entries.map(entry => ({ kind: 'entry', workspace, snapshot, entry }));
  }

  item(node: Node): vscode.TreeItem {
    return snapshotsItem(node as SnapshotsNode);
  }

  async tooltip(node: Node): Promise<vscode.MarkdownString | undefined> {
    return node.kind === 'snapshot' ? snapshotTooltip(node.snapshot) : undefined;
  }
}

function row(workspace: Workspace, snapshot: Snapshot): SnapshotsNode {
  return { kind: 'snapshot', workspace, snapshot };
}

function grouped(workspace: Workspace, snapshots: readonly Snapshot[]): GroupNode[] {
  const now = new Date();
  const groups = new Map<string, { title: string; snapshots: Snapshot[] }>();
  for (const snapshot of snapshots) {
    const period = periodOf(snapshot.createdAt, now, vscode.env.language);
    const key = period.kind === 'month' ? period.key : period.kind;
    const group = groups.get(key) ?? {
      title: period.kind === 'month' ? period.name : texts.period(period.kind),
      snapshots: [],
    };
    group.snapshots.push(snapshot);
    groups.set(key, group);
  }
  return [...groups].map(([key, group]) => ({ kind: 'group', workspace, key, ...group }));
}
