import * as vscode from 'vscode';
import type { EditBuffer, TextEdit } from '../../protocol/sessions.ts';
import { asHoldfastError, HoldfastError, type WorkspaceClient } from '../../sidecar/client.ts';
import type { Connection } from '../connection.ts';
import type { Log } from '../log.ts';
import type { SessionFiles } from './session-files.ts';
import type { SessionReads } from './session-reads.ts';
import { isSessionDocument, sessionAddress } from './session-uri.ts';

/** What is typed waits for so much of `holdfast.autosaveDelay` before it is sent; the rest is for writing it. */
const waitingShare = 0.75;

interface Target {
  readonly client: WorkspaceClient;
  readonly id: string;
  readonly file: string | undefined;
  readonly base: number;
}

/** Unsaved edits of one document, and how far the recovery buffer has them. */
interface Buffered {
  readonly document: vscode.TextDocument;
  /** Looked up once: typing must not cost what the session holds. */
  target: Promise<Target> | undefined;
  /** Of the buffer; `base` where this window has not read the file itself. */
  bufferId: string | undefined;
  base: number | undefined;
  /** Edits that are not sent yet, in order. */
  pending: TextEdit[];
  /** UTF-16 code units of the text before the pending edits, and after them. */
  before: number;
  length: number;
  /** The sidecar may not have all edits so far: the whole text is sent instead. */
  whole: boolean;
  /** The newest change was made by undoing or redoing. */
  stepped: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Requests of a document are made one after the other. */
  sending: Promise<void>;
  writtenAt: Date | undefined;
}

/** Finds the buffer of an earlier window that has exactly this text, so that it goes on. */
export type FindBuffer = (document: vscode.TextDocument) => Promise<{ id: string; base: number } | undefined>;

/**
 * Writes what is typed into sessions to recovery buffers: only what was typed, at most one request for each document at
 * a time. A buffer ends when its document has no unsaved edits any more.
 */
export class SessionBuffers {
  private readonly buffered = new Map<string, Buffered>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Edits came into the buffer of a document, or it ended. */
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];
  private readonly files: SessionFiles;
  private readonly reads: SessionReads;
  private readonly findBuffer: FindBuffer;
  private readonly log: Log;

  constructor(files: SessionFiles, reads: SessionReads, findBuffer: FindBuffer, connection: Connection, log: Log) {
    this.files = files;
    this.reads = reads;
    this.findBuffer = findBuffer;
    this.log = log;
    this.disposables = [
      this.changed,
      vscode.workspace.onDidChangeTextDocument(event => {
        if (isSessionDocument(event.document)) this.edited(event);
      }),
      vscode.workspace.onDidOpenTextDocument(document => this.restored(document)),
      vscode.workspace.onDidSaveTextDocument(document => this.saved(document)),
      vscode.workspace.onDidCloseTextDocument(document => this.closed(document)),
      // What the process before had not written yet is lost with it.
      connection.onDidRestart(() => {
        for (const one of this.buffered.values()) this.again(one);
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.restored(document);
  }

  /** When the buffer of a document got all of its edits; `undefined` while it has not. */
  writtenAt(uri: vscode.Uri): Date | undefined {
    const one = this.buffered.get(uri.toString());
    return one && one.pending.length === 0 && !one.whole ? one.writtenAt : undefined;
  }

  /** Whether a buffer is of a document that is open here. */
  owns(bufferId: string): boolean {
    return [...this.buffered.values()].some(one => one.bufferId === bufferId);
  }

  dispose(): void {
    for (const { timer } of this.buffered.values()) clearTimeout(timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private edited({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    let one = this.buffered.get(key);
    if (contentChanges.length === 0) {
      if (one) this.schedule(one);
      else this.restored(document);
      return;
    }
    const edits = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset,
      length: rangeLength,
      text,
    }));
    const grown = edits.reduce((sum, { length, text }) => sum + text.length - length, 0);
    if (!one) {
      one = begun(document, document.getText().length - grown);
      this.buffered.set(key, one);
      // While the first edits wait. What goes wrong is told when they are sent.
      this.targetOf(one).catch(() => {});
    }
    one.pending.push(...edits);
    one.length += grown;
    one.stepped = reason !== undefined;
    this.schedule(one);
  }

  /** A document that has unsaved edits as soon as it is open: VS Code kept them over a restart. */
  private restored(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    if (!isSessionDocument(document) || !document.isDirty || this.buffered.has(key)) return;
    const one = begun(document, document.getText().length);
    one.whole = true;
    this.buffered.set(key, one);
    one.sending = this.findBuffer(document).then(
      found => {
        one.bufferId = found?.id;
        one.base = found?.base;
      },
      error => this.log.error('looking for a recovery buffer', error),
    );
    this.schedule(one);
  }

  /** What was typed while the save was under way is not in it, and was typed over the version that it made. */
  private saved(document: vscode.TextDocument): void {
    const one = this.buffered.get(document.uri.toString());
    if (one) this.again(one);
    else if (isSessionDocument(document)) this.changed.fire(document.uri);
  }

  /** Closed without saving. A change of the language closes and opens a document that stays open. */
  private closed(document: vscode.TextDocument): void {
    if (!document.isClosed || !isSessionDocument(document)) return;
    const key = document.uri.toString();
    const one = this.buffered.get(key);
    // At once: the same document may be opened again before the buffer is gone.
    this.buffered.delete(key);
    this.reads.forget(document.uri);
    if (!one) return;
    clearTimeout(one.timer);
    one.sending = one.sending.then(() => this.end(one));
  }

  private again(one: Buffered): void {
    one.whole = true;
    one.target = undefined;
    this.schedule(one);
  }

  private schedule(one: Buffered): void {
    this.changed.fire(one.document.uri);
    if (one.timer) return;
    const { folder } = sessionAddress(one.document.uri);
    const scope = folder === undefined ? undefined : vscode.Uri.file(folder);
    const delay = vscode.workspace.getConfiguration('holdfast', scope).get('autosaveDelay', 200);
    one.timer = setTimeout(() => {
      one.timer = undefined;
      one.sending = one.sending.then(() => this.flush(one));
    }, delay * waitingShare);
  }

  private async flush(one: Buffered): Promise<void> {
    const { document } = one;
    if (document.isClosed) return;
    if (!document.isDirty) {
      await this.end(one);
      // Undone back to what was saved: if that is no longer what is saved, VS Code reads it now that it may.
      if (one.stepped) this.files.announce([document.uri]);
      else this.reads.settle(document.uri);
      return;
    }
    this.reads.keep(document.uri, true);
    try {
      await this.send(one);
      one.writtenAt = new Date();
    } catch (error) {
      one.whole = true;
      this.log.error(`the recovery buffer of ${document.uri}`, error);
    }
    this.changed.fire(document.uri);
  }

  private async send(one: Buffered): Promise<void> {
    if (!one.whole && one.pending.length === 0) return;
    try {
      await this.write(one);
    } catch (error) {
      // The text of the buffer is another one than here, such as when line ends were made equal: then all of it.
      if (one.whole || asHoldfastError(error).code === 'SIDECAR_FAILED') throw error;
      one.whole = true;
      await this.write(one);
    }
  }

  private async write(one: Buffered): Promise<void> {
    const { document, whole, before } = one;
    const { client, id, file, base } = await this.targetOf(one);
    const edits = one.pending.splice(0);
    one.before = one.length;
    const input: EditBuffer = {
      base: this.reads.version(document.uri) ?? one.base ?? base,
      ...(one.bufferId === undefined ? {} : { bufferId: one.bufferId }),
      ...(file === undefined ? {} : { file }),
      ...(whole ? { before: one.length, text: document.getText() } : { before, edits }),
    };
    one.whole = false;
    try {
      one.bufferId = (await client.editBuffer(id, input)).bufferId;
    } catch (error) {
      one.whole = whole;
      throw error;
    }
  }

  private targetOf(one: Buffered): Promise<Target> {
    if (!one.target) {
      const looking = this.files
        .locate(one.document.uri)
        .then(({ client, session, file }) => ({ client, id: session.id, file, base: session.version }));
      one.target = looking;
      looking.catch(() => {
        if (one.target === looking) one.target = undefined;
      });
    }
    return one.target;
  }

  private async end(one: Buffered): Promise<void> {
    const { document, bufferId } = one;
    const key = document.uri.toString();
    if (this.buffered.get(key) === one) {
      this.buffered.delete(key);
      this.reads.keep(document.uri, false);
    }
    try {
      if (bufferId !== undefined) {
        const { client } = await this.targetOf(one);
        await client.discardBuffer(bufferId);
      }
    } catch (error) {
      if (!HoldfastError.is(error, 'NOT_FOUND')) this.log.error(`the recovery buffer of ${document.uri}`, error);
    }
    this.changed.fire(document.uri);
  }
}

function begun(document: vscode.TextDocument, length: number): Buffered {
  return {
    document,
    target: undefined,
    bufferId: undefined,
    base: undefined,
    pending: [],
    before: length,
    length,
    whole: false,
    stepped: false,
    timer: undefined,
    sending: Promise.resolve(),
    writtenAt: undefined,
  };
}
