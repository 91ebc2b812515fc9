import * as vscode from 'vscode';
import { HoldfastError } from '../sidecar/client.ts';
import { texts } from './messages.ts';

/**
 * Every handler that writes asks here, whatever the menus hide: a command can also be run from a keybinding or by
 * another extension.
 *
 * @throws UNTRUSTED
 */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new HoldfastError('UNTRUSTED', texts.untrusted(), { hint: texts.untrustedHint() });
}
