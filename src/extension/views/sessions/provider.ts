import type * as vscode from 'vscode';
import type { Session } from '../../../protocol/sessions.ts';
import type { UnsavedEdits } from '../../content/unsaved-edits.ts';
import { texts } from '../../messages.ts';
import type { Workspace } from '../../workspace.ts';
import type { TreeSource } from '../folder-tree.ts';
import type { MoreNode } from '../nodes.ts';
import { sessionsItem, sessionTooltip } from './item.ts';
import type { SessionGroupNode, SessionNode, SessionRow } from './nodes.ts';

type Node = SessionNode | MoreNode;

/** Unsaved edits first, then the sessions: those in the root, those in legacy places, those that are broken. */
export class SessionsSource implements TreeSource<Node> {
  readonly view = 'holdfast.sessions';
  readonly nouns = ['sessions'] as const;
  readonly more = 'holdfast.session.more';
  readonly onDidChange: vscode.Event<Workspace>;
  private readonly unsaved: UnsavedEdits;

  constructor(unsaved: UnsavedEdits) {
    this.unsaved = unsaved;
    this.onDidChange = unsaved.onDidChange;
  }

  about({ sessionQuery: { filter, sort } }: Workspace): string {
    return [...(filter ? [texts.filteredBy(filter)] : []), ...(sort ? [texts.sortName(sort)] : [])].join(' · ');
  }

  async roots(workspace: Workspace): Promise<Node[]> {
    const { items, total, more } = await workspace.sessions.get();
    const left: Node[] = this.unsaved.of(workspace).length > 0 ? [{ kind: 'unsaved-group', workspace }] : [];
    const rest: Node[] = more ? [{ kind: 'more', workspace, remaining: total - items.length }] : [];
    const groups = grouped(workspace, items);
    const rows = groups.length > 1 ? groups : items.map(session => row(workspace, session));
    return [...left, ...rows, ...rest];
  }

  async children(node: Node): Promise<Node[]> {
    const { workspace } = node;
    if (node.kind === 'session-group') return node.sessions.map(session => row(workspace, session));
    if (node.kind === 'unsaved-group')
      return this.unsaved.of(workspace).map(buffer => ({ kind: 'unsaved', workspace, buffer }));
    return [];
  }

  item(node: Node): vscode.TreeItem {
    return sessionsItem(node as SessionNode);
  }

  async tooltip(node: Node): Promise<vscode.MarkdownString | undefined> {
    return node.kind === 'session' ? sessionTooltip(node.session) : undefined;
  }
}

function row(workspace: Workspace, session: Session): SessionRow {
  return { kind: 'session', workspace, session };
}

function grouped(workspace: Workspace, sessions: readonly Session[]): SessionGroupNode[] {
  return (['root', 'legacy', 'broken'] as const).flatMap(group => {
    const members = sessions.filter(session => groupOf(session) === group);
    return members.length > 0 ? [{ kind: 'session-group', workspace, group, sessions: members }] : [];
  });
}

function groupOf({ broken, legacy }: Session): SessionGroupNode['group'] {
  if (broken !== undefined) return 'broken';
  return legacy ? 'legacy' : 'root';
}
