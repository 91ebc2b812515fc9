import { join } from 'node:path';
import * as vscode from 'vscode';
import type { MigrationPlan } from '../../../protocol/migrations.ts';
import { type Candidate, openComparison } from '../../content/comparison.ts';
import { sidesOf } from '../../content/plan-sides.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';

export function planSummary({ totals, root, omitted, warnings }: MigrationPlan): string {
  const bytes = formatBytes(totals.bytes, vscode.env.language);
  return [
    texts.planCounts(texts.files(totals.files), bytes, root),
    ...(totals.conflict > 0 ? [texts.conflicts(totals.conflict)] : []),
    ...(omitted.length > 0 ? [texts.omitted(omitted.length)] : []),
    ...(warnings.length > 0 ? [texts.warningsCount(warnings.length)] : []),
  ].join(' ');
}

/** The multi-file diff of a plan: what is identical already is left out of it. */
export async function showPlan(services: Services, workspace: Workspace, plan: MigrationPlan): Promise<void> {
  const changing = plan.items.filter(item => item.action !== 'identical');
  const candidates = changing.map(
    (item): Candidate => ({
      path: item.target,
      kind: item.action === 'copy' ? 'added' : 'modified',
      resolve: async () => {
        const { left, right } = await sidesOf(services.planFiles, plan, item);
        return {
          path: item.target,
          label: vscode.Uri.file(join(plan.root, item.target)),
          ...(left ? { left } : {}),
          ...(right ? { right } : {}),
        };
      },
    }),
  );
  if (candidates.length > 0) await openComparison(services.prompts, texts.planTitle(workspace.name), candidates);
}

export function hasNotes({ omitted, warnings }: MigrationPlan): boolean {
  return omitted.length + warnings.length > 0;
}

/** What a plan leaves out or warns about. */
export function noteLines({ omitted, warnings }: MigrationPlan): string[] {
  return [
    ...(omitted.length > 0
      ? [`# ${texts.leftOut()}`, '', ...omitted.map(({ path, reason }) => `- \`${path}\`: ${reason}`), '']
      : []),
    ...(warnings.length > 0
      ? [`# ${texts.warnings()}`, '', ...warnings.map(({ path, message }) => `- \`${path}\`: ${message}`), '']
      : []),
  ];
}
