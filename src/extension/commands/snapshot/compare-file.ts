import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as vscode from 'vscode';
import { HoldfastError } from '../../../sidecar/client.ts';
import { texts } from '../../messages.ts';
import type { Command } from '../command.ts';

/** A file of a snapshot that is open as a folder, and the same file as it is now. */
export const compareCopiedFile: Command = {
  async run(services, [given]) {
    const file = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
    const about = file && (await services.snapshotFolders.aboutCopy(file));
    if (!about) throw new HoldfastError('USAGE', texts.notOfSnapshot());
    const path = relative(about.content, file.fsPath);
    const live = vscode.Uri.file(join(about.root, path));
    if (!existsSync(live.fsPath)) {
      void services.prompts.tell('info', texts.notThereNow(live.fsPath));
      return undefined;
    }
    const title = texts.comparison(texts.fileInSnapshot(path, about.title), texts.now());
    await vscode.commands.executeCommand('vscode.diff', file, live, title);
    return live;
  },
};
