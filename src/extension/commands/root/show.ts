import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Candidate, RootInfo } from '../../../protocol/root.ts';
import { runCommand } from '../../contribute.ts';
import { exportLine, formatBytes, shortPath } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Choice } from '../../prompts.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground, openSettings } from '../failure.ts';
import { openProfiles } from './select-profile.ts';

type Chosen = () => unknown;

/** Explains which root was chosen and why the other candidates were not. Its result is what `root show --json` prints. */
export const showRoot: Command = {
  async run(services, args): Promise<RootInfo | undefined> {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    await workspace.refresh('root');
    const choices = explanation(services, workspace);
    // The answer does not wait for what the person does with it.
    inBackground(
      services,
      services.prompts
        .pick(choices, { title: texts.rootTitle(workspace.name), placeholder: headline(workspace) })
        .then(act => act?.()),
    );
    return workspace.root;
  },
};

/** What is in use first, then what lost against it, what can be done, and where nothing was found. */
function explanation(services: Services, workspace: Workspace): Choice<Chosen>[] {
  const group = (title: string, ...status: Candidate['status'][]) =>
    workspace.candidates
      .filter(candidate => status.includes(candidate.status))
      .map(candidate => candidateChoice(workspace, candidate, title));
  return [
    ...profileChoice(workspace),
    ...group(texts.chosenRoot(), 'chosen'),
    ...group(texts.otherCandidates(), 'shadowed', 'invalid'),
    ...actions(services, workspace),
    ...group(texts.unsetCandidates(), 'unset'),
  ];
}

/** Where several applications fit, which one it is decides about everything below. */
function profileChoice(workspace: Workspace): Choice<Chosen>[] {
  const profiles = openProfiles(workspace);
  if (profiles.length === 0 || !workspace.root) return [];
  return [
    {
      label: texts.chooseProfile(),
      detail: texts.severalProfiles(profiles, workspace.root.profile),
      icon: 'question',
      group: texts.profileGroup(),
      value: () => runCommand('holdfast.profile.select', { folder: workspace.folder.uri.toString() }),
    },
  ];
}

function headline(workspace: Workspace): string {
  const { root, problem } = workspace;
  if (!root) return problem?.message ?? texts.loading();
  const amount = root.areas.reduce((sum, area) => ({ files: sum.files + area.files, bytes: sum.bytes + area.bytes }), {
    files: 0,
    bytes: 0,
  });
  const held = root.exists
    ? `${texts.files(amount.files)} · ${formatBytes(amount.bytes, vscode.env.language)}`
    : texts.notMadeYet();
  return `${root.root} · ${held} · ${texts.profileIs(root.profile)}`;
}

const icons: Record<Candidate['status'], string> = {
  chosen: 'pass-filled',
  shadowed: 'circle-slash',
  unset: 'circle-outline',
  invalid: 'error',
};

function candidateChoice(workspace: Workspace, candidate: Candidate, group: string): Choice<Chosen> {
  const path = candidate.path && shortPath(candidate.path, workspace.path, homedir());
  return {
    label: `${texts.sourceKind(candidate.kind)}: ${candidate.name}`,
    description: [path ?? candidate.value, texts.candidateStatus(candidate.status)].filter(Boolean).join(' · '),
    detail: candidate.reason,
    icon: icons[candidate.status],
    group,
    value: () => (candidate.path && candidate.status !== 'unset' ? reveal(candidate.path) : openSettings()),
  };
}

function actions(services: Services, workspace: Workspace): Choice<Chosen>[] {
  const group = texts.actions();
  const { root } = workspace;
  const folder = { folder: workspace.folder.uri.toString() };
  const general: Choice<Chosen>[] = [
    {
      label: texts.chooseRoot(),
      icon: 'folder-opened',
      group,
      value: () => runCommand('holdfast.root.select', folder),
    },
    { label: texts.openSettings(), icon: 'settings-gear', group, value: openSettings },
    { label: texts.showLog(), icon: 'output', group, value: () => services.log.show() },
  ];
  if (!root) return general;
  const copy = (text: string, told: string) => async () => {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(told, 4000);
  };
  const line = exportLine(root.root, process.platform);
  return [
    ...(root.exists
      ? [{ label: texts.revealRoot(), icon: 'folder', group, value: () => runCommand('holdfast.root.reveal', folder) }]
      : [{ label: texts.initialise(), icon: 'add', group, value: () => runCommand('holdfast.root.init', folder) }]),
    { label: texts.copyPath(), description: root.root, icon: 'copy', group, value: copy(root.root, texts.copied()) },
    { label: texts.copyExport(), description: line, icon: 'terminal', group, value: copy(line, texts.copied()) },
    ...general,
  ];
}

function reveal(path: string): Thenable<unknown> {
  return vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(path));
}
