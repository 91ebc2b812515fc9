import * as vscode from 'vscode';
import * as z from 'zod';
import type { ApplyResult, ConflictPolicy, MigrationPlan } from '../../../protocol/migrations.ts';
import { runCommand } from '../../contribute.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
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
    const plan =
      known && (wanted === undefined || wanted === known.planId) ? known : await makePlan(services, workspace, []);
    if (!plan) return undefined;
    const onConflict = plan.totals.conflict > 0 ? await askPolicy(services.prompts, plan) : 'fail';
    if (onConflict === undefined) return undefined;
    const decision = await services.prompts.confirm(question(plan, onConflict), {
      apply: texts.apply(),
      preview: texts.preview(),
    });
    if (decision === 'preview') await showPlan(services, workspace, plan);
    if (decision !== 'apply') return undefined;
    const client = await workspace.client();
    // Whatever comes of it, this plan has had its time: a stale one must be made again.
    services.plans.forget(workspace);
    const result = await withWork(texts.migrating(), work =>
      client.applyMigration({ plan: plan.planId, onConflict }, work),
    );
    await workspace.refresh('root');
    tellResult(services, workspace, result);
    return result;
  },
};

function askPolicy(prompts: Prompts, plan: MigrationPlan): Promise<ConflictPolicy | undefined> {
  const policies = ['keep-target', 'keep-source', 'keep-both', 'keep-newer'] as const;
  const choices = policies.map(policy => ({ ...texts.policy(policy), value: policy }));
  return prompts.pick<ConflictPolicy>(choices, {
    title: texts.conflictTitle(plan.totals.conflict),
    placeholder: texts.conflictHint(),
  });
}

function question(plan: MigrationPlan, onConflict: ConflictPolicy) {
  const { totals, root, omitted } = plan;
  const bytes = formatBytes(totals.bytes, vscode.env.language);
  return {
    message: texts.applyQuestion(texts.files(totals.copy + totals.upgrade + totals.conflict), bytes),
    detail: [
      texts.destination(root),
      texts.planDetail(totals.copy, totals.upgrade, totals.identical),
      ...(totals.conflict > 0 ? [texts.conflictDecision(totals.conflict, texts.policy(onConflict).label)] : []),
      ...(omitted.length > 0 ? [texts.omitted(omitted.length)] : []),
      texts.sourcesStay(),
    ].join('\n'),
  };
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
