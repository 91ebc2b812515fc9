import * as vscode from 'vscode';
import * as z from 'zod';
import type { ApplyResult, ConflictPolicy } from '../../../protocol/migrations.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { runCommand } from '../../contribute.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { type Preview, undecided } from '../../plans.ts';
import { withWork } from '../../progress.ts';
import type { Prompts } from '../../prompts.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { omissionLines } from '../report-lines.ts';
import { makePlan } from './plan.ts';
import { showPlan } from './plan-preview.ts';

const PlanGiven = z.object({ plan: z.string() });

/** Carries out the plan that was previewed last, or a new one. */
export const applyMigration: Command = {
  async run(services, args): Promise<ApplyResult | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const wanted = PlanGiven.safeParse(args[0]).data?.plan;
    const known = services.plans.of(workspace);
    const preview =
      known && (wanted === undefined || wanted === known.plan.planId)
        ? known
        : await makePlan(services, workspace, known?.from ?? []);
    if (!preview) return undefined;
    const { plan } = preview;
    const open = undecided(preview);
    const onConflict = open > 0 ? await askPolicy(services.prompts, open) : 'fail';
    if (onConflict === undefined) return undefined;
    const decision = await services.prompts.confirm(question(preview, onConflict), {
      apply: texts.apply(),
      preview: texts.preview(),
    });
    if (decision === 'preview') await showPlan(services, workspace, plan);
    if (decision !== 'apply') return undefined;
    const result = await carryOut(services, preview, onConflict);
    await workspace.refresh('root');
    tellResult(services, workspace, result);
    return result;
  },
};

/** Ends the preview once its plan has had its time: a cancelled or refused one can be tried again. */
async function carryOut(services: Services, preview: Preview, onConflict: ConflictPolicy): Promise<ApplyResult> {
  const { workspace, plan, policies } = preview;
  const client = await workspace.client();
  const input = { plan: plan.planId, onConflict, resolutions: Object.fromEntries(policies) };
  try {
    const result = await withWork(texts.migrating(), work => client.applyMigration(input, work));
    services.plans.end(workspace);
    return result;
  } catch (error) {
    if (HoldfastError.is(error, 'PLAN_STALE', 'NOT_FOUND')) services.plans.end(workspace);
    throw error;
  }
}

function askPolicy(prompts: Prompts, conflicts: number): Promise<ConflictPolicy | undefined> {
  const policies = ['keep-target', 'keep-source', 'keep-both', 'keep-newer'] as const;
  const choices = policies.map(policy => ({ ...texts.policy(policy), value: policy }));
  return prompts.pick<ConflictPolicy>(choices, {
    title: texts.conflictTitle(conflicts),
    placeholder: texts.conflictHint(),
  });
}

function question(preview: Preview, onConflict: ConflictPolicy) {
  const { totals, root, omitted } = preview.plan;
  const bytes = formatBytes(totals.bytes, vscode.env.language);
  return {
    message: texts.applyQuestion(texts.files(totals.copy + totals.upgrade + totals.conflict), bytes),
    detail: [
      texts.destination(root),
      texts.planDetail(totals.copy, totals.upgrade, totals.identical),
      ...decisions(preview, onConflict),
      ...(omitted.length > 0 ? [texts.omitted(omitted.length)] : []),
      texts.sourcesStay(),
    ].join('\n'),
  };
}

/** How many conflicts end in which way. */
function decisions(preview: Preview, onConflict: ConflictPolicy): string[] {
  const counts = new Map<ConflictPolicy, number>();
  for (const policy of preview.policies.values()) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  const open = undecided(preview);
  if (open > 0) counts.set(onConflict, (counts.get(onConflict) ?? 0) + open);
  return [...counts].map(([policy, count]) => texts.conflictDecision(count, texts.policy(policy).label));
}

function tellResult(services: Services, workspace: Workspace, result: ApplyResult): void {
  if (result.status === 'nothing-to-do') {
    void services.prompts.tell('info', texts.everythingMigrated(result.identical));
    return;
  }
  const actions: Partial<Record<'undo' | 'list', string>> = {
    ...(result.migrationId === null ? {} : { undo: texts.undo() }),
    ...(result.omitted.length > 0 ? { list: texts.showList() } : {}),
  };
  const message = texts.migrated(result.copied + result.upgraded, result.verified);
  const told = result.omitted.length > 0 ? `${message} ${texts.omitted(result.omitted.length)}` : message;
  inBackground(
    services,
    services.prompts.tell(result.omitted.length > 0 ? 'warning' : 'info', told, actions).then(async action => {
      const folder = workspace.folder.uri.toString();
      if (action === 'undo') await runCommand('holdfast.migrate.undo', { folder, id: result.migrationId });
      if (action === 'list')
        await services.reports.show(texts.leftOut(), omissionLines(texts.leftOut(), result.omitted));
    }),
  );
}
