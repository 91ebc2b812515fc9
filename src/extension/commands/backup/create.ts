import * as vscode from 'vscode';
import type { Backup } from '../../../protocol/backups.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { omissionLines } from '../report-lines.ts';

export const createBackup: Command = {
  async run(services, args): Promise<Backup | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const { root } = workspace;
    const secretFiles = root?.areas.filter(area => area.secret).reduce((sum, area) => sum + area.files, 0) ?? 0;
    let includeSecrets = false;
    if (secretFiles > 0) {
      const answer = await services.prompts.pick(
        [
          {
            label: texts.withoutSecrets(),
            detail: texts.withoutSecretsDetail(secretFiles),
            icon: 'shield',
            value: false,
          },
          { label: texts.withSecrets(), detail: texts.withSecretsDetail(), icon: 'unlock', value: true },
        ],
        { title: texts.createBackup() },
      );
      if (answer === undefined) return undefined;
      includeSecrets = answer;
    }
    const client = await workspace.client();
    const backup = await withWork(texts.makingBackup(), work => client.createBackup({ includeSecrets }, work));
    await workspace.refresh('backups', 'status');
    const actions: Partial<Record<'reveal' | 'list', string>> = {
      reveal: texts.revealFile(),
      ...(backup.omitted.length > 0 ? { list: texts.showList() } : {}),
    };
    const message = texts.backupMade(
      texts.files(backup.files),
      formatBytes(backup.archiveBytes, vscode.env.language),
      backup.file,
    );
    // What the person just chose to leave out is no reason to warn.
    const expected = includeSecrets ? 0 : secretFiles;
    const omitted = backup.omitted.length > 0 ? ` ${texts.omitted(backup.omitted.length)}` : '';
    inBackground(
      services,
      services.prompts
        .tell(backup.omitted.length > expected ? 'warning' : 'info', message + omitted, actions)
        .then(async action => {
          if (action === 'reveal') await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(backup.file));
          if (action === 'list')
            await services.reports.show(texts.leftOut(), omissionLines(texts.leftOut(), backup.omitted));
        }),
    );
    return backup;
  },
};
