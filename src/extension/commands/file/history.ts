import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { FileHistory, FileVersion } from '../../../protocol/files.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { pathOf, snapshotUri } from '../../content/snapshot-files.ts';
import { runCommand } from '../../contribute.ts';
import { schemes } from '../../contributions.ts';
import { formatBytes, formatTime } from '../../format.ts';
import { texts } from '../../messages.ts';
import { inView } from '../../progress.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace, nodesOf } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';

const Given = z.object({ path: z.string() });

interface ChosenFile {
  readonly workspace: Workspace;
  /** Root-relative. */
  readonly path: string;
}

/** Every state that snapshots have of one file, also of one that is gone; one is compared, opened or restored. */
export const showFileHistory: Command = {
  async run(services, args): Promise<FileHistory | undefined> {
    const file = await chooseFile(services, args);
    if (!file) return undefined;
    const client = await file.workspace.client();
    const history = await inView('holdfast.snapshots', () => client.fileHistory(file.path));
    inBackground(services, choose(services, file, history));
    return history;
  },
};

async function chooseFile(services: Services, args: readonly unknown[]): Promise<ChosenFile | undefined> {
  const [node] = nodesOf(args);
  if (node?.kind === 'entry') return { workspace: node.workspace, path: node.entry.path };
  const [first] = args;
  if (first instanceof vscode.Uri) return (await fileAt(services, first)) ?? refuse(services, first);
  const asked = Given.safeParse(first).data?.path;
  const active = vscode.window.activeTextEditor?.document.uri;
  const found = asked === undefined && active ? await fileAt(services, active) : undefined;
  if (found) return found;
  const workspace = await chooseWorkspace(services, args);
  if (!workspace) return undefined;
  const path =
    asked ?? (await services.prompts.input({ title: texts.historyWhich(), placeholder: texts.historyWhichHint() }));
  return path ? { workspace, path } : undefined;
}

function refuse(services: Services, file: vscode.Uri): never {
  const root = services.workspaces.near(file)?.root?.root;
  throw new HoldfastError('USAGE', texts.notInRoot(file.fsPath), root ? { hint: texts.notInRootHint(root) } : {});
}

/** The file of a root that a document shows: as it is now, or as a snapshot has it. */
async function fileAt(services: Services, uri: vscode.Uri): Promise<ChosenFile | undefined> {
  if (uri.scheme === schemes.snapshot) {
    return { workspace: (await services.contents.tree(uri.authority)).workspace, path: pathOf(uri) };
  }
  if (uri.scheme !== 'file') return undefined;
  for (const workspace of services.workspaces.all) {
    const path = workspace.root && relative(workspace.root.root, uri.fsPath).split(sep).join('/');
    if (path && path !== '..' && !path.startsWith('../') && !path.startsWith('/')) return { workspace, path };
  }
  return undefined;
}

async function choose(services: Services, { workspace, path }: ChosenFile, { versions }: FileHistory): Promise<void> {
  const language = vscode.env.language;
  const choices = versions.map((version, index) => ({
    label: formatTime(version.createdAt, language),
    description: [
      formatBytes(version.size, language),
      version.renamedFrom === undefined ? '' : texts.renamedFrom(version.renamedFrom),
      version.renamedTo === undefined ? '' : texts.renamedTo(version.renamedTo),
      version.deletedIn !== undefined && version.renamedTo === undefined ? texts.goneAfter() : '',
    ]
      .filter(Boolean)
      .join(' · '),
    icon: version.deletedIn === undefined ? 'history' : 'trash',
    value: { version, before: versions[index + 1] },
  }));
  const picked = await services.prompts.pick(choices, { title: texts.historyOfFile(path) });
  if (picked) await actOn(services, { workspace, path }, picked.version, picked.before);
}

async function actOn(
  services: Services,
  { workspace, path }: ChosenFile,
  version: FileVersion,
  before: FileVersion | undefined,
): Promise<void> {
  const folder = workspace.folder.uri.toString();
  const here = { folder, id: version.snapshot, paths: [path] };
  const other = version.renamedFrom ?? version.renamedTo;
  const steps = [
    { label: texts.compareWithNow(), icon: 'diff', value: () => runCommand('holdfast.snapshot.diff', here) },
    ...(before
      ? [
          {
            label: texts.compareWithBefore(),
            icon: 'diff',
            value: () => runCommand('holdfast.snapshot.diffWith', { ...here, other: before.lastSnapshot }),
          },
        ]
      : []),
    {
      label: texts.openVersion(),
      icon: 'go-to-file',
      value: () => vscode.commands.executeCommand('vscode.open', snapshotUri(version.snapshot, path)),
    },
    ...(vscode.workspace.isTrusted
      ? [{ label: texts.restoreThis(), icon: 'discard', value: () => runCommand('holdfast.snapshot.restore', here) }]
      : []),
    ...(other === undefined
      ? []
      : [
          {
            label: texts.historyOfFile(other),
            icon: 'history',
            value: () => runCommand('holdfast.file.history', { folder, path: other }),
          },
        ]),
  ];
  const title = texts.pathOf(path, formatTime(version.createdAt, vscode.env.language));
  await (await services.prompts.pick(steps, { title }))?.();
}
