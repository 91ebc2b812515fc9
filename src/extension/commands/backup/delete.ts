import * as vscode from 'vscode';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { type ChosenBackup, chooseBackup, nodesOf } from '../choose.ts';
import type { Command } from '../command.ts';
import { backupName } from './name.ts';

export const deleteBackups: Command = {
  async run(services, args): Promise<string[] | undefined> {
    const nodes = nodesOf(args).flatMap(node => (node.kind === 'backup' ? [node] : []));
    const chosen: ChosenBackup[] = nodes.map(({ workspace, backup }) => ({ workspace, reference: backup.id, backup }));
    if (chosen.length === 0) {
      const one = await chooseBackup(services, args, texts.deleteWhichBackup(), false);
      if (one) chosen.push(one);
    }
    const [first] = chosen;
    if (!first) return undefined;
    const message = chosen.length === 1 ? texts.deleteBackup(backupName(first)) : texts.deleteBackups(chosen.length);
    const detail = [
      ...chosen.map(({ backup, reference }) =>
        backup ? `${backup.file} (${formatBytes(backup.archiveBytes, vscode.env.language)})` : reference,
      ),
      '',
      texts.deleteIsFinal(),
    ].join('\n');
    if ((await services.prompts.confirm({ message, detail }, { delete: texts.delete() })) !== 'delete')
      return undefined;
    for (const { workspace, reference } of chosen) {
      await (await workspace.client()).deleteBackup(reference);
      await workspace.refresh('backups', 'status');
    }
    return chosen.map(({ reference }) => reference);
  },
};
