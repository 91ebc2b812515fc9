import type { RepairVault } from '../../../protocol/vault.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { damageReport } from './damage.ts';

/** Brings back what is damaged in the vault, from the root or a backup. It only adds, so it asks nothing. */
export const repairVault: Command = {
  async run(services, args): Promise<RepairVault | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const client = await workspace.client();
    const result = await withWork(texts.repairing(), work => client.repairVault(work));
    await workspace.refresh('snapshots');
    if (result.ok) {
      const message = result.repaired.length === 0 ? texts.nothingToRepair() : texts.repaired(result.repaired.length);
      void services.prompts.tell('info', message);
    } else {
      inBackground(
        services,
        services.prompts
          .tell('error', texts.stillLost(result.lost.length, result.repaired.length), { list: texts.showList() })
          .then(async action => {
            if (action) await services.reports.show(texts.damaged(), damageReport(result.lost));
          }),
      );
    }
    return result;
  },
};
