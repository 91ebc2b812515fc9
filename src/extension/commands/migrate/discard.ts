import type { Command } from '../command.ts';
import { choosePreview } from './choose-preview.ts';

/** Ends a preview: the view goes, and with it what was decided and the comparisons that are open. */
export const discardPreview: Command = {
  async run(services, args): Promise<string | undefined> {
    const preview = await choosePreview(services, args);
    if (!preview) return undefined;
    services.plans.end(preview.workspace);
    return preview.plan.planId;
  },
};
