import * as vscode from 'vscode';
import { sessionUri } from '../../content/session-files.ts';
import { texts } from '../../messages.ts';
import { chooseSession } from '../choose.ts';
import type { Command } from '../command.ts';

/** Shows what a session holds, read-only. */
export const openSession: Command = {
  async run(services, args) {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const uri = sessionUri(chosen.workspace, chosen.session);
    await vscode.commands.executeCommand('vscode.open', uri);
    return uri;
  },
};
