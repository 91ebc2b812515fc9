import * as vscode from 'vscode';
import type { Session } from '../../../protocol/sessions.ts';
import { isNative } from '../../content/session-uri.ts';
import { asCommand } from '../../contribute.ts';
import { rowContext } from '../../contributions.ts';
import { formatBytes, formatCount, formatExactTime, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { SessionGroupNode, SessionNode, SessionRow, UnsavedGroupNode, UnsavedNode } from './nodes.ts';

export function sessionsItem(node: SessionNode): vscode.TreeItem {
  switch (node.kind) {
    case 'session':
      return sessionItem(node);
    case 'session-group':
      return groupItem(node);
    case 'unsaved-group':
      return unsavedGroupItem(node);
    case 'unsaved':
      return unsavedItem(node);
  }
}

function groupItem({ workspace, group, sessions }: SessionGroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(texts.sessionGroup(group), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${workspace.folder.uri}/sessions/${group}`;
  item.description = formatCount(sessions.length, vscode.env.language);
  item.contextValue = rowContext('sessionGroup');
  return item;
}

function unsavedGroupItem({ workspace }: UnsavedGroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(texts.unsavedGroup(), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${workspace.folder.uri}/sessions/unsaved`;
  item.iconPath = new vscode.ThemeIcon('history', new vscode.ThemeColor('list.warningForeground'));
  item.tooltip = texts.unsavedHint();
  item.contextValue = rowContext('unsavedGroup');
  return item;
}

function unsavedItem(node: UnsavedNode): vscode.TreeItem {
  const { workspace, buffer } = node;
  const item = new vscode.TreeItem(buffer.title || buffer.id);
  item.id = `${workspace.folder.uri}/unsaved/${buffer.id}`;
  const typed = texts.typedAt(formatTime(buffer.updatedAt, vscode.env.language));
  const parts = buffer.broken === undefined ? [typed, texts.typedOver(buffer.base, buffer.version)] : [typed];
  if (buffer.broken !== undefined) parts.unshift(texts.broken(buffer.broken));
  item.description = parts.join(' · ');
  item.iconPath = new vscode.ThemeIcon('edit');
  item.tooltip = [buffer.location, ...parts].join('\n');
  item.contextValue = rowContext('unsaved', { broken: buffer.broken !== undefined });
  if (buffer.broken === undefined) item.command = asCommand('holdfast.session.compareUnsaved', texts.compare(), node);
  item.accessibilityInformation = { label: [item.label, ...parts].join(', ') };
  return item;
}

function sessionItem(node: SessionRow): vscode.TreeItem {
  const { workspace, session } = node;
  const item = new vscode.TreeItem(session.title || session.id);
  item.id = `${workspace.folder.uri}/session/${session.location}`;
  const time = formatTime(session.updatedAt, vscode.env.language);
  const state = stateOf(session);
  item.description = [...state, session.broken === undefined ? time : ''].filter(Boolean).join(' · ');
  item.iconPath = iconOf(session);
  item.contextValue = rowContext('session', {
    legacy: session.legacy,
    broken: session.broken !== undefined,
    unsaved: session.unsaved,
    native: isNative(session),
  });
  item.command = asCommand('holdfast.session.open', texts.open(), node);
  item.accessibilityInformation = {
    label: [session.title, time, formatBytes(session.bytes, vscode.env.language), ...state].join(', '),
  };
  return item;
}

function stateOf({ broken, legacy, unsaved }: Session): string[] {
  return [
    ...(broken === undefined ? [] : [texts.broken(broken)]),
    ...(legacy ? [texts.legacyPlace()] : []),
    ...(unsaved ? [texts.unsavedEdits()] : []),
  ];
}

function iconOf({ broken, legacy }: Session): vscode.ThemeIcon {
  if (broken !== undefined) return new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground'));
  return new vscode.ThemeIcon(legacy ? 'folder-library' : 'notebook');
}

export function sessionTooltip(session: Session): vscode.MarkdownString {
  const language = vscode.env.language;
  const text = new vscode.MarkdownString();
  const line = (words: string) => text.appendText(words).appendMarkdown('  \n');
  text
    .appendMarkdown('**')
    .appendText(session.title || session.id)
    .appendMarkdown('**\n\n');
  if (session.broken !== undefined) line(texts.broken(session.broken));
  if (session.description) text.appendText(session.description).appendMarkdown('\n\n');
  line(session.location + (session.legacy ? ` (${texts.legacyPlace()})` : ''));
  line(`${formatBytes(session.bytes, language)} · ${formatExactTime(session.updatedAt, language)}`);
  text.appendMarkdown('`').appendText(session.id).appendMarkdown('`');
  return text;
}
