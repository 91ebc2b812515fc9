import * as vscode from 'vscode';
import * as z from 'zod';
import type { RootInfo } from '../../../protocol/root.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import type { SettingId } from '../../contributions.ts';
import { texts } from '../../messages.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

const profileSetting: SettingId = 'holdfast.profile';
const ProfileGiven = z.object({ profile: z.string() });

/** Writes which application the folder is of into the folder's own settings, where the command line reads it too. */
export const selectProfile: Command = {
  async run(services, args): Promise<RootInfo | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    if (!workspace.root) await workspace.refresh('root');
    const { root } = workspace;
    if (!root) throw workspace.problem ?? new HoldfastError('ROOT_UNUSABLE', texts.noRoot());
    const known = root.matchingProfiles.includes(root.profile)
      ? root.matchingProfiles
      : [root.profile, ...root.matchingProfiles];
    const choices = known.map(profile => ({
      label: profile,
      description: profile === root.profile ? texts.inUse() : undefined,
      value: profile,
    }));
    const named = ProfileGiven.safeParse(args[0]).data?.profile;
    const profile = named ?? (await services.prompts.pick(choices, { title: texts.whichProfile(workspace.name) }));
    if (profile === undefined) return undefined;
    const target = vscode.workspace.workspaceFile
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : vscode.ConfigurationTarget.Workspace;
    const configuration = vscode.workspace.getConfiguration(undefined, workspace.folder.uri);
    await configuration.update(profileSetting, profile, target);
    await workspace.refresh('root');
    return workspace.root;
  },
};

/** The profiles among which nobody has chosen yet; empty when at most one fits. */
export function openProfiles({ root, folder }: Workspace): readonly string[] {
  const set = vscode.workspace.getConfiguration(undefined, folder.uri).get<string>(profileSetting);
  return root && root.matchingProfiles.length > 1 && !set ? root.matchingProfiles : [];
}
