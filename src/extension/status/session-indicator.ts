import * as vscode from 'vscode';
import type { SessionBuffers } from '../content/session-buffers.ts';
import type { SessionConflicts } from '../content/session-conflicts.ts';
import type { SessionReads } from '../content/session-reads.ts';
import { isSessionDocument } from '../content/session-uri.ts';
import { asCommand } from '../contribute.ts';
import { texts } from '../messages.ts';

interface Parts {
  readonly reads: SessionReads;
  readonly buffers: SessionBuffers;
  readonly conflicts: SessionConflicts;
}

export type SaveState = 'saved' | 'unsaved' | 'autosaved' | 'conflict';

/** Whether what is in the active editor is saved, for an editor of a session. */
export class SessionIndicator {
  private readonly item = vscode.window.createStatusBarItem('holdfast.session', vscode.StatusBarAlignment.Left, 9);
  private readonly disposables: vscode.Disposable[];
  private readonly parts: Parts;

  constructor(parts: Parts) {
    this.parts = parts;
    this.item.name = texts.saveStateName();
    const show = () => this.show();
    this.disposables = [
      this.item,
      parts.buffers.onDidChange(show),
      parts.conflicts.onDidChange(show),
      vscode.window.onDidChangeActiveTextEditor(show),
      vscode.workspace.onDidSaveTextDocument(show),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 && isSessionDocument(document)) show();
      }),
    ];
    this.show();
  }

  /** For tests, and for readers of the screen: the words in the status bar, or nothing. */
  get text(): string | undefined {
    return this.shown;
  }
  private shown: string | undefined;

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private show(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isSessionDocument(document)) {
      this.shown = undefined;
      this.item.hide();
      return;
    }
    const state = this.stateOf(document);
    const words = this.wordsOf(state, document.uri);
    this.shown = words;
    this.item.text = `$(${{ saved: 'check', unsaved: 'circle-filled', autosaved: 'history', conflict: 'warning' }[state]}) ${words}`;
    this.item.tooltip = texts.saveStateDetail(state);
    this.item.accessibilityInformation = { label: `${texts.saveStateName()}: ${words}` };
    this.item.backgroundColor =
      state === 'conflict' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.command =
      state === 'conflict'
        ? asCommand('holdfast.session.resolve', texts.resolveConflict())
        : asCommand('holdfast.session.history', texts.history());
    this.item.show();
  }

  private stateOf(document: vscode.TextDocument): SaveState {
    if (this.parts.conflicts.has(document.uri)) return 'conflict';
    if (!document.isDirty) return 'saved';
    return this.parts.buffers.writtenAt(document.uri) ? 'autosaved' : 'unsaved';
  }

  private wordsOf(state: SaveState, uri: vscode.Uri): string {
    const { reads, buffers } = this.parts;
    if (state === 'saved') return texts.savedAs(reads.version(uri));
    if (state !== 'autosaved') return texts.saveState(state);
    const time = new Intl.DateTimeFormat(vscode.env.language, { timeStyle: 'medium' });
    return texts.autosavedAt(time.format(buffers.writtenAt(uri)));
  }
}
