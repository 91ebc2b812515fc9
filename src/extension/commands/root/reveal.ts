import * as vscode from 'vscode';
import { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

export const revealRoot: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    if (!workspace.root) await workspace.refresh('root');
    if (!workspace.root) throw workspace.problem ?? new HoldfastError('ROOT_UNUSABLE', texts.noRoot());
    if (!workspace.root.exists) throw new HoldfastError('ROOT_MISSING', texts.rootMissing(workspace.root.root));
    const uri = vscode.Uri.file(workspace.root.root);
    // The explorer shows what lies in the workspace; anything else opens where the system shows folders.
    const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    await vscode.commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', uri);
    return workspace.root.root;
  },
};
