import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Log } from '../log.ts';
import { type About, SnapshotCopies } from './copies.ts';
import { copyOf } from './places.ts';

/** Long after a start, so that other windows that start with this one have said by then what they have open. */
const sweepEveryMs = 6 * 60_000;

/** The copies of snapshots that this window shows as folders: kept while they are open, removed afterwards. */
export class SnapshotFolders {
  readonly copies: SnapshotCopies;
  private readonly open = new Set<string>();
  private readonly disposables: vscode.Disposable[];
  private readonly directory: string;
  private readonly log: Log;

  constructor(context: vscode.ExtensionContext, log: Log) {
    this.log = log;
    this.directory = join(context.globalStorageUri.fsPath, 'snapshots');
    this.copies = new SnapshotCopies(this.directory);
    const timer = setInterval(() => this.tidy(), sweepEveryMs);
    this.disposables = [
      new vscode.Disposable(() => clearInterval(timer)),
      vscode.workspace.onDidChangeWorkspaceFolders(event => {
        for (const { uri } of event.added) this.hold(uri);
        for (const { uri } of event.removed) this.drop(uri);
      }),
    ];
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) this.hold(uri);
    this.leaveOutGone();
  }

  get anyOpen(): boolean {
    return this.open.size > 0;
  }

  /** The directory of the copy that a file or folder lies in. Such a folder is nobody's workspace and has no root. */
  copyOf(uri: vscode.Uri): string | undefined {
    return uri.scheme === 'file' ? copyOf(this.directory, uri.fsPath) : undefined;
  }

  /** What the file is a copy of; `undefined` for any other file. */
  async aboutCopy(uri: vscode.Uri): Promise<About | undefined> {
    const copy = this.copyOf(uri);
    return copy === undefined ? undefined : this.copies.about(copy);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    for (const copy of this.open) this.copies.release(copy);
  }

  private hold(uri: vscode.Uri): void {
    const copy = this.copyOf(uri);
    if (copy === undefined || !existsSync(copy)) return;
    this.open.add(copy);
    this.inBackground(this.copies.open(copy));
  }

  private drop(uri: vscode.Uri): void {
    const copy = this.copyOf(uri);
    if (copy === undefined || !this.open.delete(copy)) return;
    this.copies.release(copy);
    this.inBackground(this.copies.remove(copy));
  }

  /** A workspace that was closed with a copy in it comes back without: the copy was removed meanwhile. */
  private leaveOutGone(): void {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const there = folders.filter(({ uri }) => {
      const copy = this.copyOf(uri);
      return copy === undefined || existsSync(copy);
    });
    // Of a window with nothing else VS Code itself says that its folder does not exist.
    if (there.length === 0 || there.length === folders.length) return;
    vscode.workspace.updateWorkspaceFolders(0, folders.length, ...there);
  }

  private tidy(): void {
    for (const copy of this.open) this.inBackground(this.copies.renew(copy));
    this.inBackground(this.copies.sweep(Date.now()));
  }

  private inBackground(work: Promise<void>): void {
    work.catch(error => this.log.error('copies of snapshots', error));
  }
}
