import type * as vscode from 'vscode';
import type { Workspace } from '../../workspace.ts';
import type { TreeSource } from '../folder-tree.ts';
import type { MoreNode } from '../nodes.ts';
import { sessionItem, sessionTooltip } from './item.ts';
import type { SessionNode } from './nodes.ts';

type Node = SessionNode | MoreNode;

/** What the profile calls sessions. */
export class SessionsSource implements TreeSource<Node> {
  readonly view = 'holdfast.sessions';
  readonly nouns = ['sessions'] as const;
  readonly more = 'holdfast.session.more';

  async roots(workspace: Workspace): Promise<Node[]> {
    const { items, total, more } = await workspace.sessions.get();
    const rest: MoreNode[] = more ? [{ kind: 'more', workspace, remaining: total - items.length }] : [];
    return [...items.map(session => ({ kind: 'session' as const, workspace, session })), ...rest];
  }

  async children(): Promise<Node[]> {
    return [];
  }

  item(node: Node): vscode.TreeItem {
    return sessionItem(node as SessionNode);
  }

  async tooltip(node: Node): Promise<vscode.MarkdownString | undefined> {
    return node.kind === 'session' ? sessionTooltip(node.session) : undefined;
  }
}
