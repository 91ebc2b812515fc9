import type * as vscode from 'vscode';
import type { Plans } from '../../plans.ts';
import type { Workspace } from '../../workspace.ts';
import type { TreeSource } from '../folder-tree.ts';
import { countOf, groupsOf } from './groups.ts';
import { migrationItem, migrationTooltip } from './item.ts';
import { type MigrationNode, type PlanGroupNode, planGroups } from './nodes.ts';

/** More rows than this below one heading make a tree slow and are more than anyone reads. */
const mostRows = 1000;

/** What a previewed plan would do, by action. */
export class MigrationSource implements TreeSource<MigrationNode> {
  readonly view = 'holdfast.migration';
  readonly nouns = [] as const;
  readonly onDidChange: vscode.Event<Workspace>;
  private readonly plans: Plans;

  constructor(plans: Plans) {
    this.plans = plans;
    this.onDidChange = plans.onDidChange;
  }

  /** Only folders with a plan have a place in this view. */
  shows(workspace: Workspace): boolean {
    return this.plans.of(workspace) !== undefined;
  }

  async roots(workspace: Workspace): Promise<MigrationNode[]> {
    const preview = this.plans.of(workspace);
    if (!preview) return [];
    return planGroups
      .filter(group => countOf(preview.plan, group) > 0)
      .map(group => ({ kind: 'plan-group', workspace, preview, group }));
  }

  async children(node: MigrationNode): Promise<MigrationNode[]> {
    if (node.kind !== 'plan-group') return [];
    const { workspace, group } = node;
    // What was decided since the row of the group was made counts.
    const preview = this.plans.of(workspace) ?? node.preview;
    const total = countOf(preview.plan, group);
    if (!node.stretch && total > mostRows) return stretches(node, total);
    const { start, end } = node.stretch ?? { start: 0, end: total };
    const { items, notes } = groupsOf(preview.plan);
    if (group === 'omitted' || group === 'warnings') {
      return notes[group].slice(start, end).map(note => ({ kind: 'plan-note', workspace, group, note }));
    }
    return items[group].slice(start, end).map(item => ({ kind: 'plan-item', workspace, preview, item }));
  }

  item(node: MigrationNode): vscode.TreeItem {
    return migrationItem(node);
  }

  async tooltip(node: MigrationNode): Promise<vscode.MarkdownString | undefined> {
    return migrationTooltip(node);
  }
}

function stretches(node: PlanGroupNode, total: number): PlanGroupNode[] {
  return Array.from({ length: Math.ceil(total / mostRows) }, (_, index) => ({
    ...node,
    stretch: { start: index * mostRows, end: Math.min(total, (index + 1) * mostRows) },
  }));
}
