import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { asCommand } from '../contribute.ts';
import { formatBytes, shortPath } from '../format.ts';
import { texts } from '../messages.ts';
import type { Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';

/** One item: the root of the folder that the active editor belongs to, and whether it can be used. */
export class StatusBar {
  private readonly item = vscode.window.createStatusBarItem('holdfast.root', vscode.StatusBarAlignment.Left, 10);
  private readonly disposables: vscode.Disposable[];
  private readonly workspaces: Workspaces;

  constructor(workspaces: Workspaces) {
    this.workspaces = workspaces;
    this.item.name = 'Holdfast';
    this.disposables = [
      this.item,
      workspaces.onDidChange(() => this.show()),
      workspaces.onDidChangeFolders(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    ];
    this.show();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private show(): void {
    const workspace = this.workspaces.near(vscode.window.activeTextEditor?.document.uri);
    if (!workspace) {
      this.item.hide();
      return;
    }
    const label = labelOf(workspace);
    this.item.text = `$(${iconOf(workspace)}) ${label}`;
    this.item.tooltip = tooltipOf(workspace);
    this.item.accessibilityInformation = { label: texts.statusBarLabel(label, texts.stateOf(workspace.state)) };
    this.item.backgroundColor =
      workspace.state === 'unusable' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.command = asCommand('holdfast.root.show', texts.explain(), { folder: workspace.folder.uri.toString() });
    this.item.show();
  }
}

function labelOf({ root, state, path }: Workspace): string {
  if (root) return shortPath(root.root, path, homedir());
  return state === undefined ? texts.loading() : texts.noRoot();
}

function iconOf({ state, status, root }: Workspace): string {
  if (state === undefined) return 'loading~spin';
  if (state === 'unusable' || !root) return 'warning';
  if (state === 'untrusted') return 'shield';
  if (!root.exists) return 'circle-large-outline';
  return (status?.legacy.files ?? 0) > 0 ? 'folder-library' : 'database';
}

function tooltipOf({ root, status, problem, state, name }: Workspace): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const line = (words: string) => text.appendText(words).appendMarkdown('  \n');
  text.appendMarkdown('**Holdfast** · ').appendText(name).appendMarkdown('\n\n');
  if (problem) line(problem.message);
  if (root) {
    line(root.root);
    line(`${texts.sourceKind(root.source.kind)}: ${root.source.name} · ${texts.profileIs(root.profile)}`);
    if (!root.exists) line(texts.notMadeYet());
  }
  line(texts.stateOf(state));
  if (status) {
    if (status.legacy.files > 0)
      line(`${texts.legacyLine(status.legacy.files)} (${formatBytes(status.legacy.bytes, vscode.env.language)})`);
    line(
      `${texts.snapshotsLine(status.snapshots.count)} · ${texts.sessionsLine(status.sessions.count)} · ${texts.backupsLine(status.backups.count)}`,
    );
  }
  return text;
}
