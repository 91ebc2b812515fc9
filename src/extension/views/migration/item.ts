import * as vscode from 'vscode';
import { asCommand } from '../../contribute.ts';
import { rowContext } from '../../contributions.ts';
import { formatBytes, formatCount } from '../../format.ts';
import { texts } from '../../messages.ts';
import { undecided } from '../../plans.ts';
import { countOf } from './groups.ts';
import type { MigrationNode, PlanGroup, PlanGroupNode, PlanItemNode, PlanNoteNode } from './nodes.ts';

const icons: Record<PlanGroup, string> = {
  upgrade: 'arrow-up',
  copy: 'diff-added',
  conflict: 'git-compare',
  identical: 'check',
  omitted: 'circle-slash',
  warnings: 'warning',
};

export function migrationItem(node: MigrationNode): vscode.TreeItem {
  switch (node.kind) {
    case 'plan-group':
      return groupItem(node);
    case 'plan-item':
      return planItem(node);
    case 'plan-note':
      return noteItem(node);
  }
}

function groupItem({ workspace, preview, group, stretch }: PlanGroupNode): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const count = (number: number) => formatCount(number, vscode.env.language);
  const title = stretch ? texts.stretch(count(stretch.start + 1), count(stretch.end)) : texts.planGroup(group);
  const item = new vscode.TreeItem(title, group === 'conflict' && !stretch ? Expanded : Collapsed);
  item.id = `${workspace.folder.uri}/plan/${group}/${stretch?.start ?? ''}`;
  item.contextValue = rowContext('planGroup', { [group]: true });
  item.iconPath = new vscode.ThemeIcon(icons[group]);
  if (stretch) return item;
  const open = group === 'conflict' ? undecided(preview) : 0;
  const all = count(countOf(preview.plan, group));
  item.description = open > 0 ? texts.countUndecided(all, open) : all;
  item.tooltip = texts.planGroupDetail(group);
  return item;
}

function planItem(node: PlanItemNode): vscode.TreeItem {
  const { workspace, preview, item: planned } = node;
  const item = new vscode.TreeItem(planned.target);
  const conflict = planned.action === 'conflict';
  const policy = preview.policies.get(planned.id);
  const decision = conflict ? [texts.decision(policy)] : [];
  item.id = `${workspace.folder.uri}/plan/item/${planned.id}`;
  item.description = [...decision, planned.source].join(' · ');
  item.contextValue = rowContext('planItem', {
    [planned.action]: true,
    secret: planned.secret,
    decided: policy !== undefined,
  });
  item.iconPath =
    conflict && policy === undefined
      ? new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'))
      : new vscode.ThemeIcon(planned.secret ? 'lock' : conflict ? 'pass' : icons[planned.action]);
  item.command = asCommand('holdfast.migrate.open', texts.open(), node);
  const said = [texts.planGroup(planned.action), planned.target, ...decision, planned.source];
  item.accessibilityInformation = { label: said.join(', ') };
  return item;
}

function noteItem({ group, note }: PlanNoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(note.path);
  item.description = note.text;
  item.contextValue = rowContext('planNote');
  item.iconPath = new vscode.ThemeIcon(icons[group]);
  item.accessibilityInformation = { label: `${texts.planGroup(group)}, ${note.path}, ${note.text}` };
  return item;
}

export function migrationTooltip(node: MigrationNode): vscode.MarkdownString | undefined {
  if (node.kind === 'plan-group') return undefined;
  const text = new vscode.MarkdownString();
  const line = (words: string) => text.appendText(words).appendMarkdown('  \n');
  if (node.kind === 'plan-note') {
    line(node.note.path);
    line(node.note.text);
    return text;
  }
  const { item, preview } = node;
  text.appendMarkdown('**').appendText(texts.planGroup(item.action)).appendMarkdown('**\n\n');
  line(`${item.source} → ${item.target}`);
  line(formatBytes(item.bytes, vscode.env.language));
  if (item.schema !== undefined) line(`${texts.schema()}: ${item.schema}`);
  if (item.note !== undefined) line(item.note);
  if (item.secret) line(texts.secretNotShown());
  if (item.action === 'conflict') line(texts.decision(preview.policies.get(item.id)));
  return text;
}
