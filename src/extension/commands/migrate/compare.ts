import type { Command } from '../command.ts';
import { choosePreview } from './choose-preview.ts';
import { showPlan } from './plan-preview.ts';

/** The multi-file diff of the plan that is previewed, once more. */
export const comparePlan: Command = {
  async run(services, args): Promise<string | undefined> {
    const preview = await choosePreview(services, args);
    if (!preview) return undefined;
    await showPlan(services, preview.workspace, preview.plan);
    return preview.plan.planId;
  },
};
