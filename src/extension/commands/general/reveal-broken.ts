import * as vscode from 'vscode';
import { nodesOf } from '../choose.ts';
import type { Command } from '../command.ts';

/** Shows where a record lies that cannot be read. */
export const revealBroken: Command = {
  async run(_services, args) {
    const [node] = nodesOf(args);
    if (node?.kind !== 'broken') return undefined;
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(node.record.path));
    return node.record.path;
  },
};
