import * as vscode from 'vscode';
import { settingIds } from './contributions.ts';

type RawSettings = Record<string, unknown>;

/**
 * The settings that only VS Code knows: the user's, and those of a `.code-workspace` file. The folder's own
 * `.vscode/settings.json` is left to the sidecar, which reads the file as the command line does. Names come without
 * `holdfast.`.
 */
export function readFolderSettings(folder: vscode.WorkspaceFolder): { user: RawSettings; workspace: RawSettings } {
  const configuration = vscode.workspace.getConfiguration(undefined, folder.uri);
  // Without a workspace file, VS Code calls the folder's own settings the workspace's.
  const hasWorkspaceFile = vscode.workspace.workspaceFile !== undefined;
  const user: RawSettings = {};
  const workspace: RawSettings = {};
  for (const id of settingIds) {
    const found = configuration.inspect(id);
    const name = id.slice('holdfast.'.length);
    if (found?.globalValue !== undefined) user[name] = found.globalValue;
    if (hasWorkspaceFile && found?.workspaceValue !== undefined) workspace[name] = found.workspaceValue;
  }
  return { user, workspace };
}
