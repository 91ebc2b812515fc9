import * as vscode from 'vscode';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { damageReport } from './damage.ts';
import { repairVault } from './repair.ts';

/** Checks the vault: its structure, or every byte of it. */
export const verifyVault: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const readData = await services.prompts.pick(
      [
        { label: texts.verifyStructure(), detail: texts.verifyStructureDetail(), value: false },
        { label: texts.verifyBytes(), detail: texts.verifyBytesDetail(), value: true },
      ],
      { title: texts.verifyVault() },
    );
    if (readData === undefined) return undefined;
    const client = await workspace.client();
    const result = await withWork(texts.verifying(), work => client.verifyVault({ readData }, work));
    if (result.ok) {
      void services.prompts.tell(
        'info',
        texts.vaultGood(result.objects, formatBytes(result.bytesRead, vscode.env.language)),
      );
    } else {
      inBackground(
        services,
        services.prompts
          .tell('error', texts.vaultBad(result.damaged.length), {
            list: texts.showList(),
            ...(result.repairable > 0 && vscode.workspace.isTrusted ? { repair: texts.repair() } : {}),
          })
          .then(async action => {
            if (action === 'repair') await repairVault.run(services, args);
            else if (action) await services.reports.show(texts.damaged(), damageReport(result.damaged));
          }),
      );
    }
    return result;
  },
};
