import { join } from 'node:path';
import * as vscode from 'vscode';
import type { MigrationPlan, PlanItem } from '../../../protocol/migrations.ts';
import { type Candidate, type Change, openComparison } from '../../content/comparison.ts';
import { isText, largestText } from '../../content/is-text.ts';
import { type PlanSide, planUri } from '../../content/plan-files.ts';
import { type Facts, factsUri } from '../../content/reports.ts';
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
      kind: item.action === 'conflict' ? 'modified' : 'added',
      resolve: () => sides(services, plan, item),
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

/** Left what is at the target now, right what will be there; what is not text is shown by what is known about it. */
async function sides(services: Services, { planId, root }: MigrationPlan, item: PlanItem): Promise<Change> {
  const label = vscode.Uri.file(join(root, item.target));
  const [left, right] = await Promise.all([
    side(services, planId, item, 'target'),
    side(services, planId, item, 'source'),
  ]);
  const texty = left.text && right.text;
  return {
    path: item.target,
    label,
    ...(left.facts
      ? { left: texty ? planUri(planId, item, 'target') : factsUri('before', item.target, left.facts) }
      : {}),
    ...(right.facts
      ? { right: texty ? planUri(planId, item, 'source') : factsUri('after', item.target, right.facts) }
      : {}),
  };
}

async function side(
  services: Services,
  planId: string,
  item: PlanItem,
  which: PlanSide,
): Promise<{ text: boolean; facts?: Facts }> {
  // The content of secrets is never shown.
  if (which === 'source' && (item.secret || item.bytes > largestText)) {
    return { text: false, facts: { type: 'file', size: item.bytes, sha256: item.sha256 } };
  }
  if (item.secret) return { text: false, ...(item.action === 'conflict' ? { facts: { type: 'file', size: 0 } } : {}) };
  const bytes = await services.planFiles.bytes(planId, item.id, which);
  if (!bytes) return { text: true };
  const facts: Facts = { type: 'file', size: bytes.byteLength, ...(which === 'source' ? { sha256: item.sha256 } : {}) };
  return { text: bytes.byteLength <= largestText && isText(bytes), facts };
}
