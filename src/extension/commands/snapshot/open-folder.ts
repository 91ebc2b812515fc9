import * as vscode from 'vscode';
import * as z from 'zod';
import type { RestoreResult } from '../../../protocol/common.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';
import { withWork } from '../../progress.ts';
import type { Services } from '../../services.ts';
import { type ChosenSnapshot, chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';
import { omissionLines } from '../report-lines.ts';
import { livePlaceOf } from './live-place.ts';
import { nameOf } from './name.ts';

const Where = z.object({ where: z.enum(['window', 'workspace']) });
type Where = z.infer<typeof Where>['where'];

export interface OpenedFolder {
  /** Absolute: what the explorer shows. */
  folder: string;
  /** Absolute: where the snapshot's files lie in it. */
  content: string;
  result: RestoreResult;
}

/**
 * Opens a snapshot as a folder of files that nobody can write to. They are real files, a copy in the extension's own
 * storage: VS Code searches no folder of a file system that an extension provides.
 */
export const openSnapshotFolder: Command = {
  async run(services, args): Promise<OpenedFolder | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.openAsFolderWhich());
    if (!chosen) return undefined;
    const where = Where.safeParse(args[0]).data?.where ?? (await askWhere(services, nameOf(chosen.snapshot)));
    if (!where) return undefined;
    const opened = await layOut(services, chosen, where);
    const missing = [...opened.result.omitted, ...opened.result.failed];
    if (missing.length > 0) {
      const told = services.prompts.tell('warning', texts.notInFolder(missing.length), { list: texts.showList() });
      const list = () => services.reports.show(texts.leftOut(), omissionLines(texts.leftOut(), missing));
      inBackground(
        services,
        told.then(action => action && list()),
      );
    }
    return opened;
  },
};

function askWhere(services: Services, name: string): Promise<Where | undefined> {
  const choices = [
    { label: texts.inNewWindow(), detail: texts.inNewWindowDetail(), icon: 'window', value: 'window' as const },
    {
      label: texts.inThisWindow(),
      detail: texts.inThisWindowDetail(),
      icon: 'root-folder-opened',
      value: 'workspace' as const,
    },
  ];
  return services.prompts.pick(choices, { title: texts.openAsFolderWhere(name) });
}

async function layOut(services: Services, chosen: ChosenSnapshot, where: Where): Promise<OpenedFolder> {
  const { workspace, snapshot, paths } = chosen;
  const { copies } = services.snapshotFolders;
  const name = nameOf(snapshot);
  const client = await workspace.client();
  const place = await copies.begin(texts.snapshotFolder(name), {
    snapshot: snapshot.id,
    title: name,
    createdAt: snapshot.createdAt,
    root: await livePlaceOf(workspace, snapshot),
  });
  try {
    const result = await withWork(texts.openingAsFolder(name), work =>
      client.restoreSnapshot(snapshot.id, { paths, to: place.content, readOnly: true }, work),
    );
    await copies.seal(place);
    await show(vscode.Uri.file(place.folder), texts.snapshotFolder(name), where);
    // A new window says itself that it has the folder; this one does when the folder is among its own.
    if (where === 'window') copies.release(place.copy);
    return { folder: place.folder, content: place.content, result };
  } catch (error) {
    copies.release(place.copy);
    await copies.remove(place.copy);
    throw error;
  }
}

async function show(folder: vscode.Uri, name: string, where: Where): Promise<void> {
  if (where === 'window') {
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
    return;
  }
  const there = vscode.workspace.workspaceFolders?.length ?? 0;
  if (!vscode.workspace.updateWorkspaceFolders(there, 0, { uri: folder, name })) {
    throw new HoldfastError('FAILED', texts.notAdded());
  }
}
