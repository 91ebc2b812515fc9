import * as vscode from 'vscode';
import type { ViewId } from '../../contributions.ts';
import type { Command } from '../command.ts';

/** Shows a view and puts the keyboard into it. */
export function focusView(view: ViewId): Command {
  return {
    async run() {
      await vscode.commands.executeCommand(`${view}.focus`);
    },
  };
}
