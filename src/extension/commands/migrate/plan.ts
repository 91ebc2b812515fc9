import * as vscode from 'vscode';
import * as z from 'zod';
import type { MigrationPlan } from '../../../protocol/migrations.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import type { Preview } from '../../plans.ts';
import { withWork } from '../../progress.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { openProfiles } from '../root/select-profile.ts';
import { choosePreview } from './choose-preview.ts';
import { hasNotes, noteLines, planSummary, showPlan } from './plan-preview.ts';

/** Folders to migrate from, besides those that the profile knows. */
const Sources = z.object({ from: z.array(z.string()).default([]) });

/** What a migration would do, as a tree and a multi-file diff. Nothing outside the vault is written. */
export const planMigration: Command = {
  async run(services, args): Promise<MigrationPlan | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    return previewPlan(services, await makePlan(services, workspace, Sources.safeParse(args[0]).data?.from ?? []));
  },
};

/** The same with one more folder to migrate from, which no profile knows. */
export const planMigrationFrom: Command = {
  async run(services, args): Promise<MigrationPlan | undefined> {
    const workspace = await chooseWorkspace(services, args);
    const folder = workspace && (await chooseSource(services, workspace));
    if (!folder) return undefined;
    const before = services.plans.of(workspace)?.from ?? [];
    return previewPlan(services, await makePlan(services, workspace, [...new Set([...before, folder])]));
  },
};

/** Plans anew from the same places; what was decided about conflicts stays decided. */
export const planAgain: Command = {
  async run(services, args): Promise<MigrationPlan | undefined> {
    const before = await choosePreview(services, args);
    if (!before) return undefined;
    const preview = await makePlan(services, before.workspace, before.from);
    // Nothing is left to preview.
    if (!preview) services.plans.end(before.workspace);
    return preview?.plan;
  },
};

/** Plans, and asks for a folder when the profile knows of nothing to migrate. */
export async function makePlan(
  services: Services,
  workspace: Workspace,
  from: readonly string[],
): Promise<Preview | undefined> {
  const client = await workspace.client();
  const plan = await withWork(texts.planning(), work => client.planMigration({ from: [...from] }, work));
  if (plan.items.length > 0 || plan.omitted.length > 0 || from.length > 0) {
    const preview = services.plans.begin(workspace, plan, from);
    await workspace.refresh('status');
    return preview;
  }
  const answer = await services.prompts.tell('info', texts.nothingToMigrate(), { choose: texts.chooseSource() });
  if (answer !== 'choose') return undefined;
  const folder = await chooseSource(services, workspace);
  return folder === undefined ? undefined : makePlan(services, workspace, [folder]);
}

async function chooseSource(services: Services, workspace: Workspace): Promise<string | undefined> {
  const folder = await services.prompts.folder({
    title: texts.chooseSource(),
    label: texts.migrateFromHere(),
    start: workspace.folder.uri,
  });
  return folder?.fsPath;
}

async function previewPlan(services: Services, preview: Preview | undefined): Promise<MigrationPlan | undefined> {
  if (!preview) return undefined;
  const { workspace, plan } = preview;
  await vscode.commands.executeCommand('holdfast.migration.focus', { preserveFocus: true });
  await showPlan(services, workspace, plan);
  inBackground(services, offerApply(services, workspace, plan));
  return plan;
}

async function offerApply(services: Services, workspace: Workspace, plan: MigrationPlan): Promise<void> {
  const { copy, upgrade, conflict } = plan.totals;
  const profiles = openProfiles(workspace);
  const nothing = copy + upgrade + conflict === 0;
  if (nothing && profiles.length === 0) {
    void services.prompts.tell('info', texts.everythingMigrated(plan.totals.identical));
    return;
  }
  const folder = workspace.folder.uri.toString();
  const summary = nothing ? texts.everythingMigrated(plan.totals.identical) : planSummary(plan);
  const told = profiles.length > 0 ? [summary, texts.severalProfiles(profiles, plan.profile)].join(' ') : summary;
  for (;;) {
    const actions: Partial<Record<'apply' | 'list' | 'profile', string>> = {
      ...(nothing ? {} : { apply: texts.applyMore() }),
      ...(hasNotes(plan) ? { list: texts.showList() } : {}),
      ...(profiles.length > 0 ? { profile: texts.chooseProfile() } : {}),
    };
    const action = await services.prompts.tell('info', told, actions);
    if (action === 'list') {
      await services.reports.show(texts.planNotes(), noteLines(plan));
      continue;
    }
    if (action === 'apply') await runCommand('holdfast.migrate.apply', { folder, plan: plan.planId });
    if (action === 'profile' && (await runCommand('holdfast.profile.select', { folder })) !== undefined) {
      await runCommand('holdfast.migrate.plan', { folder });
    }
    return;
  }
}
