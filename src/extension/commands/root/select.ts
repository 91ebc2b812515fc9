import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { SettingId } from '../../contributions.ts';
import { texts } from '../../messages.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

const rootSetting: SettingId = 'holdfast.root';

/** Writes the chosen folder into the folder's own settings, where the command line reads it too. */
export const selectRoot: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const chosen = await services.prompts.folder({
      title: texts.chooseRoot(),
      label: texts.useAsRoot(),
      start: workspace.folder.uri,
    });
    if (!chosen) return undefined;
    const value = settingFor(workspace.path, chosen.fsPath);
    const configuration = vscode.workspace.getConfiguration(undefined, workspace.folder.uri);
    const target = vscode.workspace.workspaceFile
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : vscode.ConfigurationTarget.Workspace;
    await configuration.update(rootSetting, value, target);
    await workspace.refresh('root');
    return workspace.root;
  },
};

/** Relative when it lies in the workspace folder, so that the setting can be shared. */
function settingFor(folder: string, chosen: string): string {
  const inside = relative(folder, chosen);
  const leaves = inside === '' || inside.startsWith('..') || /^([a-z]:|[\\/])/i.test(inside);
  return leaves ? chosen : inside.replaceAll('\\', '/');
}
