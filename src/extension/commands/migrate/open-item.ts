import * as vscode from 'vscode';
import * as z from 'zod';
import type { PlanAction, PlanItem } from '../../../protocol/migrations.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { planUri } from '../../content/plan-files.ts';
import { sidesOf } from '../../content/plan-sides.ts';
import { baseName } from '../../content/root-path.ts';
import { texts } from '../../messages.ts';
import type { Preview } from '../../plans.ts';
import { nodesOf } from '../choose.ts';
import type { Command } from '../command.ts';
import { choosePreview } from './choose-preview.ts';

const ItemGiven = z.object({ item: z.string() });

/** Both sides of one planned file in a diff editor. */
export const openPlanItem: Command = {
  async run(services, args): Promise<{ left: vscode.Uri; right: vscode.Uri } | undefined> {
    const preview = await choosePreview(services, args);
    if (!preview) return undefined;
    const item = itemOf(preview, args);
    const { left, right } = await sidesOf(services.planFiles, preview.plan, item);
    const nothing = planUri(preview.plan.planId, item, 'nothing');
    const shown = { left: left ?? nothing, right: right ?? nothing };
    await vscode.commands.executeCommand('vscode.diff', shown.left, shown.right, title(item), { preview: true });
    return shown;
  },
};

function itemOf({ plan }: Preview, args: readonly unknown[]): PlanItem {
  const [node] = nodesOf(args);
  const id = node?.kind === 'plan-item' ? node.item.id : ItemGiven.safeParse(args[0]).data?.item;
  const item = plan.items.find(one => one.id === id);
  if (!item) throw new HoldfastError('NOT_FOUND', texts.noSuchItem());
  return item;
}

function title({ target, action }: PlanItem): string {
  const sides: Record<PlanAction, string> = {
    copy: texts.comparison(texts.nothingThere(), texts.legacyFile()),
    upgrade: texts.comparison(texts.legacyFile(), texts.upgradedFile()),
    conflict: texts.comparison(texts.inTheRoot(), texts.legacyFile()),
    identical: texts.comparison(texts.inTheRoot(), texts.legacyFile()),
  };
  return `${baseName(target)} (${sides[action]})`;
}
