import * as vscode from 'vscode';
import type { Backup } from '../../../protocol/backups.ts';
import { rowContext } from '../../contributions.ts';
import { formatBytes, formatExactTime, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { BackupNode } from './nodes.ts';

export function backupItem({ workspace, backup }: BackupNode): vscode.TreeItem {
  const language = vscode.env.language;
  const time = formatTime(backup.createdAt, language);
  const item = new vscode.TreeItem(time);
  item.id = `${workspace.folder.uri}/backup/${backup.id}`;
  item.description = `${texts.files(backup.files)} · ${formatBytes(backup.archiveBytes, language)}`;
  item.iconPath = new vscode.ThemeIcon('archive');
  item.contextValue = rowContext('backup', { incomplete: backup.omitted.length > 0, secrets: backup.scope.secrets });
  const omitted = backup.omitted.length > 0 ? [texts.omitted(backup.omitted.length)] : [];
  item.accessibilityInformation = { label: [time, item.description, ...omitted].join(', ') };
  return item;
}

export function backupTooltip(backup: Backup): vscode.MarkdownString {
  const language = vscode.env.language;
  const text = new vscode.MarkdownString();
  const line = (words: string) => text.appendText(words).appendMarkdown('  \n');
  line(formatExactTime(backup.createdAt, language));
  line(backup.file);
  line(
    `${texts.files(backup.files)} · ${formatBytes(backup.bytes, language)} → ${formatBytes(backup.archiveBytes, language)}`,
  );
  line(backup.scope.areas.length > 0 ? backup.scope.areas.join(', ') : texts.wholeRoot());
  line(backup.scope.secrets ? texts.withSecrets() : texts.withoutSecrets());
  if (backup.omitted.length > 0) line(texts.omitted(backup.omitted.length));
  text.appendMarkdown(`SHA-256 \`${backup.sha256}\``);
  return text;
}
