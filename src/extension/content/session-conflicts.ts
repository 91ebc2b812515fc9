import * as vscode from 'vscode';
import { HoldfastError } from '../../sidecar/client.ts';
import type { Log } from '../log.ts';
import type { Workspaces } from '../workspaces.ts';
import { contentOf, documentOf, type SessionFiles } from './session-files.ts';
import { digestOf, type SessionReads } from './session-reads.ts';
import { isSessionDocument } from './session-uri.ts';

/** Which documents have unsaved edits of something that is no longer what is saved. */
export class SessionConflicts {
  /** By document: the digest of what is saved now. */
  private readonly found = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly raised = new vscode.EventEmitter<vscode.Uri>();
  /** One came up: the person is to be asked. */
  readonly onDidRaise = this.raised.event;
  private readonly disposables: vscode.Disposable[];
  private readonly files: SessionFiles;
  private readonly reads: SessionReads;
  private readonly log: Log;

  constructor(files: SessionFiles, reads: SessionReads, workspaces: Workspaces, log: Log) {
    this.files = files;
    this.reads = reads;
    this.log = log;
    this.disposables = [
      this.changed,
      this.raised,
      files.onDidRefuse(uri => void this.check(uri, true)),
      workspaces.onDidChange(({ nouns }) => {
        if (!nouns.has('sessions') && !nouns.has('root')) return;
        for (const document of vscode.workspace.textDocuments) {
          if (isSessionDocument(document) && document.isDirty) void this.check(document.uri, false);
        }
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!document.isDirty) this.clear(document.uri);
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.clear(uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.clear(uri)),
    ];
  }

  has(uri: vscode.Uri): boolean {
    return this.found.has(uri.toString());
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** @param refused a save has failed: the person is asked again, even if it was asked before */
  private async check(uri: vscode.Uri, refused: boolean): Promise<void> {
    try {
      const { digest } = await contentOf(await this.files.locate(uri));
      const document = documentOf(uri);
      if (!document?.isDirty || (this.files.isSaving(uri) && !refused)) return;
      const base = this.reads.base(uri);
      const same = !base || base.digest === digest || digestOf(Buffer.from(document.getText())) === digest;
      if (!refused && same) {
        this.clear(uri);
        return;
      }
      const known = this.found.get(uri.toString()) === digest;
      this.found.set(uri.toString(), digest);
      this.changed.fire(uri);
      if (!known || refused) this.raised.fire(uri);
    } catch (error) {
      if (!HoldfastError.is(error, 'NOT_FOUND')) this.log.error(`looking for changes of ${uri}`, error);
    }
  }

  private clear(uri: vscode.Uri): void {
    if (this.found.delete(uri.toString())) this.changed.fire(uri);
  }
}
