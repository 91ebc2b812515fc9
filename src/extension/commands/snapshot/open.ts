import * as vscode from 'vscode';
import { snapshotUri } from '../../content/snapshot-files.ts';
import { runCommand } from '../../contribute.ts';
import { texts } from '../../messages.ts';
import { chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';

/** Opens a file as the snapshot has it, read-only. */
export const openFile: Command = {
  async run(services, args) {
    const chosen = await chooseSnapshot(services, args, texts.whichSnapshot());
    if (!chosen) return undefined;
    const [path] = chosen.paths;
    if (path === undefined) return runCommand('holdfast.snapshot.files', { id: chosen.snapshot.id });
    const uri = snapshotUri(chosen.snapshot.id, path);
    await vscode.commands.executeCommand('vscode.open', uri);
    return uri;
  },
};
