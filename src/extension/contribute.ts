import * as vscode from 'vscode';
import type { CommandId, ContextKeys } from './contributions.ts';

export function registerCommand(id: CommandId, handler: (...args: unknown[]) => Promise<unknown>): vscode.Disposable {
  return vscode.commands.registerCommand(id, handler);
}

export function runCommand(id: CommandId, ...args: unknown[]): Thenable<unknown> {
  return vscode.commands.executeCommand(id, ...args);
}

export function asCommand(id: CommandId, title: string, ...args: unknown[]): vscode.Command {
  return { command: id, title, arguments: args };
}

/** Remembers what was set: a context key is written only when it changes. */
export class Context {
  private readonly known = new Map<keyof ContextKeys, unknown>();

  set<Key extends keyof ContextKeys>(key: Key, value: ContextKeys[Key] | undefined): void {
    if (this.known.has(key) && this.known.get(key) === value) return;
    this.known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
