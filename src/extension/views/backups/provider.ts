import type * as vscode from 'vscode';
import type { Workspace } from '../../workspace.ts';
import type { TreeSource } from '../folder-tree.ts';
import type { BrokenNode } from '../nodes.ts';
import { backupItem, backupTooltip } from './item.ts';
import type { BackupNode } from './nodes.ts';

type Node = BackupNode | BrokenNode;

/** The archives in the backup directory, newest first. */
export class BackupsSource implements TreeSource<Node> {
  readonly view = 'holdfast.backups';
  readonly nouns = ['backups'] as const;

  async roots(workspace: Workspace): Promise<Node[]> {
    const { backups, broken } = await workspace.backups();
    return [
      ...broken.map(record => ({ kind: 'broken' as const, workspace, record })),
      ...backups.map(backup => ({ kind: 'backup' as const, workspace, backup })),
    ];
  }

  async children(): Promise<Node[]> {
    return [];
  }

  item(node: Node): vscode.TreeItem {
    return backupItem(node as BackupNode);
  }

  async tooltip(node: Node): Promise<vscode.MarkdownString | undefined> {
    return node.kind === 'backup' ? backupTooltip(node.backup) : undefined;
  }
}
