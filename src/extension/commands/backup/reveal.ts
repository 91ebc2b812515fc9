import * as vscode from 'vscode';
import { texts } from '../../messages.ts';
import { chooseBackup } from '../choose.ts';
import type { Command } from '../command.ts';

export const revealBackup: Command = {
  async run(services, args) {
    const chosen = await chooseBackup(services, args, texts.revealWhichBackup(), false);
    if (!chosen?.backup) return undefined;
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(chosen.backup.file));
    return chosen.backup.file;
  },
};
