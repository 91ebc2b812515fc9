import * as vscode from 'vscode';
import type { FileInfo } from '../../../protocol/common.ts';
import { snapshotUri } from '../../content/snapshot-files.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import { inView } from '../../progress.ts';
import { chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';

/** Every file of a snapshot in a list that can be searched; the chosen one opens. */
export const listFiles: Command = {
  async run(services, args): Promise<FileInfo[] | undefined> {
    const chosen = await chooseSnapshot(services, args, texts.whichSnapshot());
    if (!chosen) return undefined;
    const { snapshot, paths } = chosen;
    const tree = await inView('holdfast.snapshots', () => services.contents.tree(snapshot.id));
    const within = (path: string) =>
      paths.length === 0 || paths.some(one => path === one || path.startsWith(`${one}/`));
    const files = [...tree.entries.values()].filter(entry => within(entry.path));
    const choices = files
      .filter(entry => entry.type !== 'dir')
      .map(entry => ({ label: entry.path, description: formatBytes(entry.size, vscode.env.language), value: entry }));
    inBackground(
      services,
      services.prompts.pick(choices, { title: texts.filesOf(snapshot.title || snapshot.id) }).then(entry => {
        if (entry) void vscode.commands.executeCommand('vscode.open', snapshotUri(snapshot.id, entry.path));
      }),
    );
    return files;
  },
};
