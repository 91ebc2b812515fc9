import * as vscode from 'vscode';
import { asHoldfastError, HoldfastError } from '../../sidecar/client.ts';
import { failureText } from '../commands/failure.ts';
import { asCommand } from '../contribute.ts';
import { rowContext, type ViewId } from '../contributions.ts';
import type { Log } from '../log.ts';
import { texts } from '../messages.ts';
import type { Noun, Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';
import type { AnyNode, BrokenNode, FolderNode, MoreNode, NoticeNode } from './nodes.ts';

/** What one view shows below a workspace folder. */
export interface TreeSource<Node> {
  readonly view: ViewId;
  /** A change of any of these makes the rows be asked for again. */
  readonly nouns: readonly Noun[];
  /** The command behind the last row of a long list. */
  readonly more?: 'holdfast.snapshot.more' | 'holdfast.session.more';
  /** What a view shows besides the disk has changed. */
  readonly onDidChange?: vscode.Event<Workspace>;
  /** Whether a folder has a place in the view; without it, each has. */
  shows?(workspace: Workspace): boolean;
  /** Stands beside the title of the view. */
  about?(workspace: Workspace): string;
  roots(workspace: Workspace): Promise<Node[]>;
  children(node: Node): Promise<Node[]>;
  item(node: Node): vscode.TreeItem;
  tooltip?(node: Node): Promise<vscode.MarkdownString | undefined>;
}

/**
 * The trees share this: with several workspace folders, the folders come first. Holds no data: it renders the
 * model, and says which folder's rows are to be asked for again. An empty tree shows the manifest's welcome content.
 */
export class FolderTree<Node extends AnyNode> implements vscode.TreeDataProvider<AnyNode> {
  private readonly changed = new vscode.EventEmitter<AnyNode | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly folders = new WeakMap<Workspace, FolderNode>();
  private readonly disposables: vscode.Disposable[];
  private readonly source: TreeSource<Node>;
  private readonly workspaces: Workspaces;
  private readonly log: Log;

  constructor(source: TreeSource<Node>, workspaces: Workspaces, log: Log) {
    this.source = source;
    this.workspaces = workspaces;
    this.log = log;
    this.disposables = [
      this.changed,
      workspaces.onDidChangeFolders(() => this.changed.fire(undefined)),
      ...(source.onDidChange ? [source.onDidChange(() => this.changed.fire(undefined))] : []),
      workspaces.onDidChange(({ workspace, nouns }) => {
        if (!nouns.has('root') && !source.nouns.some(noun => nouns.has(noun))) return;
        if (!this.shows(workspace)) return;
        this.changed.fire(this.isFlat ? undefined : this.folderNode(workspace));
      }),
    ];
  }

  async getChildren(node?: AnyNode): Promise<AnyNode[]> {
    if (!node) {
      const [only] = this.workspaces.all;
      if (!only) return [];
      if (this.isFlat) return this.rows(only);
      return this.workspaces.all.flatMap(one => (this.shows(one) ? [this.folderNode(one)] : []));
    }
    if (node.kind === 'folder') {
      const rows = await this.rows(node.workspace);
      return rows.length > 0 ? rows : [this.emptyNotice(node.workspace)];
    }
    if (node.kind === 'notice' || node.kind === 'broken' || node.kind === 'more') return [];
    return this.source.children(node as Node);
  }

  getTreeItem(node: AnyNode): vscode.TreeItem {
    switch (node.kind) {
      case 'folder':
        return folderItem(node);
      case 'notice':
        return noticeItem(node);
      case 'broken':
        return brokenItem(node);
      case 'more':
        return moreItem(node, this.source.more);
      default:
        return this.source.item(node as Node);
    }
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: AnyNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (node.kind === 'folder' || node.kind === 'notice' || node.kind === 'broken' || node.kind === 'more') return item;
    const tooltip = await this.source.tooltip?.(node as Node);
    if (tooltip && !token.isCancellationRequested) item.tooltip = tooltip;
    return item;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private get isFlat(): boolean {
    return this.workspaces.all.length <= 1;
  }

  private shows(workspace: Workspace): boolean {
    return this.source.shows?.(workspace) ?? true;
  }

  private folderNode(workspace: Workspace): FolderNode {
    let node = this.folders.get(workspace);
    if (!node) {
      node = { kind: 'folder', workspace };
      this.folders.set(workspace, node);
    }
    return node;
  }

  /** What cannot be listed is a row that says why, not an empty tree. */
  private async rows(workspace: Workspace): Promise<AnyNode[]> {
    try {
      return await this.source.roots(workspace);
    } catch (thrown) {
      // The welcome content, or the notice below a folder, explains both.
      if (HoldfastError.is(thrown, 'ROOT_MISSING', 'ROOT_UNUSABLE', 'INVALID_CONFIG')) return [];
      const error = asHoldfastError(thrown);
      this.log.error(`${this.source.view} of ${workspace.name}`, error);
      return [{ kind: 'notice', workspace, text: failureText(error), icon: 'error', command: 'holdfast.log.show' }];
    }
  }

  private emptyNotice(workspace: Workspace): NoticeNode {
    if (!workspace.root && workspace.problem) {
      return {
        kind: 'notice',
        workspace,
        text: workspace.problem.message,
        icon: 'warning',
        command: 'holdfast.root.show',
      };
    }
    if (workspace.root && !workspace.root.exists) {
      return { kind: 'notice', workspace, text: texts.noRootYet(), icon: 'info', command: 'holdfast.root.init' };
    }
    return { kind: 'notice', workspace, text: texts.nothingHere(), icon: 'info' };
  }
}

function folderItem({ workspace }: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(workspace.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = workspace.folder.uri.toString();
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = rowContext('folder');
  item.description = workspace.root?.root ?? workspace.problem?.message ?? '';
  item.tooltip = item.description;
  return item;
}

function noticeItem({ workspace, text, icon, command }: NoticeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = rowContext('notice');
  item.tooltip = text;
  if (command) item.command = asCommand(command, text, { folder: workspace.folder.uri.toString() });
  return item;
}

function brokenItem({ workspace, record }: BrokenNode): vscode.TreeItem {
  const item = new vscode.TreeItem(record.id);
  item.id = `${workspace.folder.uri}/broken/${record.path}`;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground'));
  item.description = texts.broken(record.reason);
  item.tooltip = `${record.path}\n${record.reason}`;
  item.contextValue = rowContext('broken');
  item.accessibilityInformation = { label: `${record.id}, ${texts.broken(record.reason)}` };
  return item;
}

function moreItem({ workspace, remaining }: MoreNode, command: TreeSource<never>['more']): vscode.TreeItem {
  const item = new vscode.TreeItem(texts.showMore(remaining));
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = rowContext('more');
  if (command)
    item.command = asCommand(command, texts.showMore(remaining), { folder: workspace.folder.uri.toString() });
  return item;
}
