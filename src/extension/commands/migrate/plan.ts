import * as z from 'zod';
import type { MigrationPlan } from '../../../protocol/migrations.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { hasNotes, noteLines, planSummary, showPlan } from './plan-preview.ts';

/** Folders to migrate from, besides those that the profile knows. */
const Sources = z.object({ from: z.array(z.string()).default([]) });

/** What a migration would do, as a multi-file diff. Nothing outside the vault is written. */
export const planMigration: Command = {
  async run(services, args): Promise<MigrationPlan | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const plan = await makePlan(services, workspace, Sources.safeParse(args[0]).data?.from ?? []);
    if (!plan) return undefined;
    await showPlan(services, workspace, plan);
    inBackground(services, offerApply(services, workspace, plan));
    return plan;
  },
};

/** Plans, and asks for a folder when the profile knows of nothing to migrate. */
export async function makePlan(
  services: Services,
  workspace: Workspace,
  from: string[],
): Promise<MigrationPlan | undefined> {
  const client = await workspace.client();
  const plan = await withWork(texts.planning(), work => client.planMigration({ from }, work));
  if (plan.items.length > 0 || plan.omitted.length > 0 || from.length > 0) {
    services.plans.remember(workspace, plan);
    await workspace.refresh('status');
    return plan;
  }
  const answer = await services.prompts.tell('info', texts.nothingToMigrate(), { choose: texts.chooseSource() });
  if (answer !== 'choose') return undefined;
  const folder = await services.prompts.folder({
    title: texts.chooseSource(),
    label: texts.migrateFromHere(),
    start: workspace.folder.uri,
  });
  return folder && makePlan(services, workspace, [folder.fsPath]);
}

async function offerApply(services: Services, workspace: Workspace, plan: MigrationPlan): Promise<void> {
  const { copy, upgrade, conflict } = plan.totals;
  if (copy + upgrade + conflict === 0) {
    void services.prompts.tell('info', texts.everythingMigrated(plan.totals.identical));
    return;
  }
  for (;;) {
    const actions: Partial<Record<'apply' | 'list', string>> = {
      apply: texts.applyMore(),
      ...(hasNotes(plan) ? { list: texts.showList() } : {}),
    };
    const action = await services.prompts.tell('info', planSummary(plan), actions);
    if (action === 'list') {
      await services.reports.show(texts.planNotes(), noteLines(plan));
      continue;
    }
    if (action === 'apply') {
      await runCommand('holdfast.migrate.apply', { folder: workspace.folder.uri.toString(), plan: plan.planId });
    }
    return;
  }
}
