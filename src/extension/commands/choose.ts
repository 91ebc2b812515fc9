import * as vscode from 'vscode';
import * as z from 'zod';
import type { Backup } from '../../protocol/backups.ts';
import type { Snapshot } from '../../protocol/snapshots.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { runCommand } from '../contribute.ts';
import { formatBytes, formatTime } from '../format.ts';
import { texts } from '../messages.ts';
import type { Choice } from '../prompts.ts';
import type { Services } from '../services.ts';
import { type AnyNode, isNode } from '../views/nodes.ts';
import type { Workspace } from '../workspace.ts';

/** What callers other than the trees may pass: a folder (URI or absolute path), a record's id, paths in it. */
const Given = z.object({
  folder: z.string().optional(),
  id: z.string().optional(),
  paths: z.array(z.string()).default([]),
});
type Given = z.infer<typeof Given>;

export function given(args: readonly unknown[]): Given {
  return Given.safeParse(args[0]).data ?? { paths: [] };
}

/** The rows that a command is about: all selected ones when the clicked one is among them. */
export function nodesOf(args: readonly unknown[]): AnyNode[] {
  const [clicked, selected] = args;
  const all = Array.isArray(selected) ? selected.filter(isNode) : [];
  if (all.length > 0 && (clicked === undefined || all.includes(clicked as AnyNode))) return all;
  return isNode(clicked) ? [clicked] : [];
}

/**
 * The workspace folder that a command is about: the row's, the named one, the only one, else the person's choice.
 *
 * @throws USAGE when no folder is open
 */
export async function chooseWorkspace(services: Services, args: readonly unknown[]): Promise<Workspace | undefined> {
  const [node] = nodesOf(args);
  if (node) return node.workspace;
  const all = services.workspaces.all;
  const { folder } = given(args);
  if (folder !== undefined) {
    const named = services.workspaces.of(folder);
    if (!named) throw new HoldfastError('NOT_FOUND', texts.noSuchFolder(folder));
    return named;
  }
  const [first] = all;
  if (!first && services.workspaces.showsOnlySnapshots) {
    throw new HoldfastError('USAGE', texts.onlySnapshot(), { hint: texts.onlySnapshotHint() });
  }
  if (!first) throw new HoldfastError('USAGE', texts.noFolder(), { hint: texts.noFolderHint() });
  if (all.length === 1) return first;
  const active = services.workspaces.near(vscode.window.activeTextEditor?.document.uri);
  const choices = all.map(workspace => ({
    label: workspace.name,
    description: workspace.root?.root ?? workspace.problem?.message,
    value: workspace,
  }));
  choices.sort((a, b) => Number(b.value === active) - Number(a.value === active));
  return services.prompts.pick(choices, { title: texts.whichFolder() });
}

export interface ChosenSnapshot {
  readonly workspace: Workspace;
  readonly snapshot: Snapshot;
  /** Root-relative; empty: all of it. */
  readonly paths: string[];
}

export async function chooseSnapshot(
  services: Services,
  args: readonly unknown[],
  title: string,
): Promise<ChosenSnapshot | undefined> {
  const [node, ...others] = nodesOf(args);
  if (node?.kind === 'snapshot') return { workspace: node.workspace, snapshot: node.snapshot, paths: [] };
  if (node?.kind === 'entry') {
    const { workspace, snapshot } = node;
    const same = others.flatMap(other =>
      other.kind === 'entry' && other.snapshot.id === snapshot.id ? [other.entry.path] : [],
    );
    return { workspace, snapshot, paths: [node.entry.path, ...same] };
  }
  const { id, paths } = given(args);
  if (id !== undefined) return { ...(await snapshotOf(services, args, id)), paths };
  const workspace = await chooseWorkspace(services, args);
  if (!workspace) return undefined;
  const snapshot = await pickSnapshot(services, workspace, title);
  return snapshot && { workspace, snapshot, paths };
}

/** Several at once: what is selected, else one. */
export async function chooseSnapshots(
  services: Services,
  args: readonly unknown[],
  title: string,
): Promise<ChosenSnapshot[]> {
  const nodes = nodesOf(args).flatMap(node => (node.kind === 'snapshot' ? [node] : []));
  if (nodes.length > 0) return nodes.map(({ workspace, snapshot }) => ({ workspace, snapshot, paths: [] }));
  const one = await chooseSnapshot(services, args, title);
  return one ? [one] : [];
}

async function snapshotOf(services: Services, args: readonly unknown[], id: string) {
  const { folder } = given(args);
  const named = folder === undefined ? undefined : await chooseWorkspace(services, args);
  for (const workspace of named ? [named] : services.workspaces.all) {
    try {
      return { workspace, snapshot: await (await workspace.client()).showSnapshot(id) };
    } catch (error) {
      if (!HoldfastError.is(error, 'NOT_FOUND', 'ROOT_MISSING', 'ROOT_UNUSABLE')) throw error;
    }
  }
  throw new HoldfastError('NOT_FOUND', texts.noSuchSnapshot(id));
}

/** Of all there are: a long list grows on demand. @param without the id of one that is no answer */
export async function pickSnapshot(
  services: Services,
  workspace: Workspace,
  title: string,
  without?: string,
): Promise<Snapshot | undefined> {
  const { items, total, more } = await workspace.snapshots.get();
  const choices: Choice<Snapshot | 'more'>[] = items.filter(({ id }) => id !== without).map(snapshotChoice);
  if (choices.length === 0) throw new HoldfastError('USAGE', texts.noSnapshots(), { hint: texts.noSnapshotsHint() });
  if (more) choices.push({ label: texts.showMore(total - items.length), icon: 'ellipsis', value: 'more' });
  const picked = await services.prompts.pick(choices, { title });
  if (picked !== 'more') return picked;
  await runCommand('holdfast.snapshot.more', { folder: workspace.folder.uri.toString() });
  return pickSnapshot(services, workspace, title, without);
}

function snapshotChoice(snapshot: Snapshot): Choice<Snapshot> {
  const time = formatTime(snapshot.createdAt, vscode.env.language);
  return {
    label: snapshot.title || time,
    description: [snapshot.title ? time : '', texts.reason(snapshot.reason), filesAndBytes(snapshot)]
      .filter(Boolean)
      .join(' · '),
    detail: snapshot.description || undefined,
    icon: snapshot.pinned ? 'pinned' : 'history',
    value: snapshot,
  };
}

export function filesAndBytes({ files, bytes }: { files: number; bytes: number }): string {
  return `${texts.files(files)} · ${formatBytes(bytes, vscode.env.language)}`;
}

export interface ChosenBackup {
  readonly workspace: Workspace;
  /** What the sidecar takes: an id or an absolute path. */
  readonly reference: string;
  /** Absent for an archive from elsewhere. */
  readonly backup: Backup | undefined;
}

/** @param anyFile whether an archive that is not in the list will do */
export async function chooseBackup(
  services: Services,
  args: readonly unknown[],
  title: string,
  anyFile: boolean,
): Promise<ChosenBackup | undefined> {
  const [node] = nodesOf(args);
  if (node?.kind === 'backup') return { workspace: node.workspace, reference: node.backup.id, backup: node.backup };
  const workspace = await chooseWorkspace(services, args);
  if (!workspace) return undefined;
  const { id } = given(args);
  if (id !== undefined) return { workspace, reference: id, backup: await workspace.backup(id) };
  const { backups } = await workspace.backups();
  const choices: Choice<Backup | 'file'>[] = backups.map(backup => ({
    label: formatTime(backup.createdAt, vscode.env.language),
    description: `${texts.files(backup.files)} · ${formatBytes(backup.archiveBytes, vscode.env.language)}`,
    detail: backup.file,
    icon: 'archive',
    value: backup,
  }));
  if (anyFile) choices.push({ label: texts.otherArchive(), icon: 'folder-opened', value: 'file' });
  if (choices.length === 0) throw new HoldfastError('USAGE', texts.noBackups(), { hint: texts.noBackupsHint() });
  const picked = await services.prompts.pick(choices, { title });
  if (picked !== 'file') return picked && { workspace, reference: picked.id, backup: picked };
  const file = await services.prompts.files({
    title,
    label: texts.useArchive(),
    filters: { [texts.archives()]: ['gz', 'tgz', 'tar'] },
  });
  return file && { workspace, reference: file.fsPath, backup: undefined };
}
