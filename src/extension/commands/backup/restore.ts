import type { RestoreResult } from '../../../protocol/common.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import { type ChosenBackup, chooseBackup, given } from '../choose.ts';
import type { Command } from '../command.ts';
import { restoreWithQuestion } from '../restore-flow.ts';
import { backupName } from './name.ts';

/** A backup back into the root. */
export const restoreBackup: Command = {
  async run(services, args): Promise<RestoreResult | undefined> {
    const chosen = await chooseBackup(services, args, texts.restoreWhichBackup(), true);
    return chosen && restore(services, chosen, given(args).paths, undefined);
  },
};

/** Unpacks a backup into a folder of the person's choice; the root stays as it is. */
export const restoreBackupTo: Command = {
  async run(services, args): Promise<RestoreResult | undefined> {
    const chosen = await chooseBackup(services, args, texts.restoreWhichBackup(), true);
    if (!chosen) return undefined;
    const folder = await services.prompts.folder({ title: texts.restoreWhere(), label: texts.restoreHere() });
    return folder && restore(services, chosen, given(args).paths, folder.fsPath);
  },
};

async function restore(services: Services, chosen: ChosenBackup, paths: string[], to: string | undefined) {
  const client = await chosen.workspace.client();
  return restoreWithQuestion(services, {
    workspace: chosen.workspace,
    to,
    name: backupName(chosen),
    canDeleteExtra: false,
    restore: ({ dryRun }, work) =>
      client.restoreBackup(chosen.reference, { paths, dryRun, ...(to === undefined ? {} : { to }) }, work),
  });
}
