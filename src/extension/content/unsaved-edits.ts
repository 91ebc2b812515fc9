import * as vscode from 'vscode';
import type { RecoveryBuffer } from '../../protocol/sessions.ts';
import type { Log } from '../log.ts';
import { SingleFlight } from '../single-flight.ts';
import type { Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';
import { baseName } from './root-path.ts';
import { sessionAddress, sessionUri } from './session-uri.ts';

/** Edits that a window left behind when it crashed: those of no window that is still open. */
export class UnsavedEdits {
  private readonly lists = new Map<Workspace, readonly RecoveryBuffer[]>();
  private readonly reading = new Map<Workspace, SingleFlight>();
  private readonly changed = new vscode.EventEmitter<Workspace>();
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;
  private readonly isOpenHere: (bufferId: string) => boolean;
  private readonly log: Log;

  constructor(workspaces: Workspaces, isOpenHere: (bufferId: string) => boolean, log: Log) {
    this.isOpenHere = isOpenHere;
    this.log = log;
    this.subscription = workspaces.onDidChange(({ workspace }) => void this.refresh(workspace));
  }

  of(workspace: Workspace): readonly RecoveryBuffer[] {
    return (this.lists.get(workspace) ?? []).filter(({ id, active }) => !active && !this.isOpenHere(id));
  }

  refresh(workspace: Workspace): Promise<void> {
    let reading = this.reading.get(workspace);
    if (!reading) {
      reading = new SingleFlight(() => this.read(workspace));
      this.reading.set(workspace, reading);
    }
    return reading.run();
  }

  /** The one with exactly the text of a document that VS Code brought back. */
  async matching(workspace: Workspace, document: vscode.TextDocument): Promise<RecoveryBuffer | undefined> {
    const client = await workspace.client();
    const { id, path } = sessionAddress(document.uri);
    for (const buffer of (await client.recoverableSessions()).recoverable) {
      if (buffer.active || buffer.broken !== undefined) continue;
      if (buffer.session.toLowerCase() !== id.toLowerCase() || pathOf(buffer) !== path) continue;
      const text = new TextDecoder().decode(await client.bufferContent(buffer.id));
      if (text === document.getText()) return buffer;
    }
    return undefined;
  }

  dispose(): void {
    this.changed.dispose();
    this.subscription.dispose();
  }

  private async read(workspace: Workspace): Promise<void> {
    const before = this.lists.get(workspace) ?? [];
    let found: readonly RecoveryBuffer[] = [];
    if ((workspace.status?.sessions.unsaved ?? 0) > 0) {
      try {
        found = (await (await workspace.client()).recoverableSessions()).recoverable.filter(({ active }) => !active);
      } catch (error) {
        this.log.error(`unsaved edits of ${workspace.name}`, error);
        return;
      }
    }
    this.lists.set(workspace, found);
    if (JSON.stringify(before) !== JSON.stringify(found)) this.changed.fire(workspace);
  }
}

/** The path of the file in its session, as `sessionUri` takes it. */
export function pathOf({ file, location }: RecoveryBuffer): string {
  return file || baseName(location);
}

/** What is saved, and what was typed. */
export function unsavedUris(workspace: Workspace, buffer: RecoveryBuffer): { saved: vscode.Uri; typed: vscode.Uri } {
  const side = (kind: 'saved' | 'buffer') =>
    sessionUri(workspace, buffer.session, pathOf(buffer), { kind, of: buffer.id });
  return { saved: side('saved'), typed: side('buffer') };
}
