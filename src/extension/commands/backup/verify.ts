import * as vscode from 'vscode';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseBackup } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { omissionLines } from '../report-lines.ts';

export const verifyBackup: Command = {
  async run(services, args) {
    const chosen = await chooseBackup(services, args, texts.verifyWhich(), true);
    if (!chosen) return undefined;
    const client = await chosen.workspace.client();
    const result = await withWork(texts.verifying(), work => client.verifyBackup(chosen.reference, work));
    if (result.ok) {
      void services.prompts.tell(
        'info',
        texts.backupGood(texts.files(result.files), formatBytes(result.bytes, vscode.env.language)),
      );
    } else {
      inBackground(
        services,
        services.prompts
          .tell('error', texts.backupBad(result.bad.length), { list: texts.showList() })
          .then(async action => {
            if (action) await services.reports.show(texts.damaged(), omissionLines(texts.damaged(), result.bad));
          }),
      );
    }
    return result;
  },
};
