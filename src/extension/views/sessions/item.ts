import * as vscode from 'vscode';
import type { Session } from '../../../protocol/sessions.ts';
import { asCommand } from '../../contribute.ts';
import { rowContext } from '../../contributions.ts';
import { formatBytes, formatExactTime, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { SessionNode } from './nodes.ts';

export function sessionItem(node: SessionNode): vscode.TreeItem {
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
