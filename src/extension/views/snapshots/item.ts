import * as vscode from 'vscode';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import { filesAndBytes } from '../../commands/choose.ts';
import { nameOf } from '../../commands/snapshot/name.ts';
import { baseName } from '../../content/root-path.ts';
import { snapshotUri } from '../../content/snapshot-files.ts';
import { asCommand } from '../../contribute.ts';
import { rowContext } from '../../contributions.ts';
import { formatBytes, formatExactTime, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { EntryNode, GroupNode, SnapshotNode, SnapshotsNode } from './nodes.ts';

export function snapshotsItem(node: SnapshotsNode): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return groupItem(node);
    case 'snapshot':
      return snapshotItem(node);
    case 'entry':
      return entryItem(node);
  }
}

function groupItem({ workspace, key, title, snapshots }: GroupNode): vscode.TreeItem {
  const recent = key === 'today' || key === 'yesterday';
  const state = recent ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(title, state);
  item.id = `${workspace.folder.uri}/${key}`;
  item.description = String(snapshots.length);
  item.contextValue = rowContext('group');
  return item;
}

function snapshotItem({ workspace, snapshot }: SnapshotNode): vscode.TreeItem {
  const time = formatTime(snapshot.createdAt, vscode.env.language);
  const item = new vscode.TreeItem(nameOf(snapshot), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${workspace.folder.uri}/snapshot/${snapshot.id}`;
  item.description = [snapshot.title ? time : '', filesAndBytes(snapshot)].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    snapshot.pinned ? 'pinned' : snapshot.reason.startsWith('before-') ? 'shield' : 'history',
  );
  item.contextValue = rowContext('snapshot', { pinned: snapshot.pinned, incomplete: snapshot.skipped.length > 0 });
  const said = [
    nameOf(snapshot),
    time,
    filesAndBytes(snapshot),
    texts.reason(snapshot.reason),
    snapshot.pinned ? texts.pinned() : '',
    snapshot.skipped.length > 0 ? texts.omitted(snapshot.skipped.length) : '',
  ];
  item.accessibilityInformation = { label: said.filter(Boolean).join(', ') };
  return item;
}

function entryItem({ workspace, snapshot, entry }: EntryNode): vscode.TreeItem {
  const isDirectory = entry.type === 'dir';
  const uri = snapshotUri(snapshot.id, entry.path);
  const state = isDirectory ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
  const item = new vscode.TreeItem(baseName(entry.path), state);
  item.id = `${workspace.folder.uri}/snapshot/${snapshot.id}/${entry.path}`;
  item.resourceUri = uri;
  item.iconPath = isDirectory
    ? vscode.ThemeIcon.Folder
    : entry.type === 'link'
      ? new vscode.ThemeIcon('link')
      : vscode.ThemeIcon.File;
  item.contextValue = rowContext('entry', { file: !isDirectory, dir: isDirectory });
  if (entry.type === 'file') item.description = formatBytes(entry.size, vscode.env.language);
  if (entry.type === 'link') item.description = `→ ${entry.target ?? ''}`;
  if (!isDirectory)
    item.command = asCommand('holdfast.snapshot.open', texts.open(), { id: snapshot.id, paths: [entry.path] });
  return item;
}

export function snapshotTooltip(snapshot: Snapshot): vscode.MarkdownString {
  const language = vscode.env.language;
  const text = new vscode.MarkdownString();
  const line = (words: string) => text.appendText(words).appendMarkdown('  \n');
  text.appendMarkdown('**').appendText(nameOf(snapshot)).appendMarkdown('**\n\n');
  if (snapshot.description) text.appendText(snapshot.description).appendMarkdown('\n\n');
  line(formatExactTime(snapshot.createdAt, language));
  line(`${filesAndBytes(snapshot)} · ${texts.newContent()}: ${formatBytes(snapshot.newBytes, language)}`);
  if (texts.reason(snapshot.reason)) line(texts.reason(snapshot.reason));
  if (snapshot.tags.length > 0) line(`${texts.tags()}: ${snapshot.tags.join(', ')}`);
  if (snapshot.pinned) line(texts.pinned());
  if (snapshot.skipped.length > 0) line(texts.omitted(snapshot.skipped.length));
  line(`${texts.host()}: ${snapshot.host}`);
  text.appendMarkdown(`\`${snapshot.id}\``);
  return text;
}
