import type * as vscode from 'vscode';
import { registerCommand } from '../contribute.ts';
import { type CommandId, commandIds, writingCommands } from '../contributions.ts';
import type { Services } from '../services.ts';
import { requireTrust } from '../trust.ts';
import { commands } from './all.ts';
import { showFailure } from './failure.ts';

const writes: readonly CommandId[] = writingCommands;

/** Every command, always: what the state does not allow says so when it is run. */
export function registerCommands(services: Services): vscode.Disposable[] {
  return commandIds.map(id => {
    const command = commands[id];
    return registerCommand(id, async (...args) => {
      try {
        if (writes.includes(id)) requireTrust();
        return await command.run(services, args);
      } catch (error) {
        showFailure(services, id, error);
        return undefined;
      }
    });
  });
}
