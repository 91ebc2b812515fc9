import * as vscode from 'vscode';
import type { Session } from '../../protocol/sessions.ts';
import { HoldfastError, type WorkspaceClient } from '../../sidecar/client.ts';
import { sessionTag } from '../../sidecar/etag.ts';
import { texts } from '../messages.ts';
import { requireTrust } from '../trust.ts';
import type { Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';
import { fileStat, ReadOnlyFileSystem, reading } from './read-only.ts';
import { digestOf, type Seen, type SessionReads } from './session-reads.ts';
import { isNative, isSessionDocument, type SessionAddress, type Side, sessionAddress } from './session-uri.ts';

/** One file of a session, as it is now. */
export interface LocatedFile {
  readonly workspace: Workspace;
  readonly client: WorkspaceClient;
  readonly session: Session;
  /** Which one, of a session that may have several. */
  readonly file: string | undefined;
}

/** So often a save is tried again because the rest of the session changed, and not the file that is saved. */
const mostAttempts = 5;

/**
 * The contents of sessions. Writing one makes the next version, and only of what the document was made from: what
 * changed meanwhile is never overwritten unless the person says so.
 */
export class SessionFiles extends ReadOnlyFileSystem {
  private readonly workspaces: Workspaces;
  private readonly reads: SessionReads;
  private readonly refused = new vscode.EventEmitter<vscode.Uri>();
  /** A document was not saved, because its session went on. */
  readonly onDidRefuse = this.refused.event;
  private readonly watched = new Map<string, vscode.Uri>();
  /** Documents of which it is decided that they replace the content with this tag. */
  private readonly replacing = new Map<string, Seen>();
  private readonly saving = new Set<string>();
  private readonly subscription: vscode.Disposable;

  constructor(workspaces: Workspaces, reads: SessionReads) {
    super();
    this.workspaces = workspaces;
    this.reads = reads;
    this.subscription = workspaces.onDidChange(({ nouns }) => {
      if (nouns.has('sessions') || nouns.has('root')) this.announce(this.openUris());
    });
  }

  override watch(uri?: vscode.Uri): vscode.Disposable {
    if (!uri) return super.watch();
    this.watched.set(uri.toString(), uri);
    return new vscode.Disposable(() => this.watched.delete(uri.toString()));
  }

  /** Makes VS Code look at files again: editors without unsaved edits follow. */
  announce(uris: readonly vscode.Uri[]): void {
    if (uris.length > 0) this.changed.fire(uris.map(uri => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return reading(uri, async () => {
      const { side } = sessionAddress(uri);
      if (side) {
        // What is saved may be another content at any moment, so it is never taken for the one that was read.
        const time = side.kind === 'saved' ? new Date().toISOString() : undefined;
        return fileStat(vscode.FileType.File, (await this.bytesOf(uri)).length, time);
      }
      const located = await this.locate(uri);
      const { session } = located;
      const { digest, size } = await contentOf(located);
      const { told } = this.reads.tell(uri, { etag: sessionTag(session), digest }, size, session.updatedAt);
      const fixed = session.legacy || session.broken !== undefined || !vscode.workspace.isTrusted;
      return {
        type: vscode.FileType.File,
        size: told.size,
        mtime: this.replacing.has(uri.toString()) ? 0 : told.time,
        ctime: Date.parse(session.createdAt),
        ...(fixed ? { permissions: vscode.FilePermission.Readonly } : {}),
      };
    });
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return reading(uri, () => this.bytesOf(uri));
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  override async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    if (sessionAddress(uri).side) throw vscode.FileSystemError.NoPermissions(uri);
    await reading(uri, async () => {
      requireTrust();
      this.saving.add(uri.toString());
      try {
        await this.save(uri, content);
      } finally {
        this.saving.delete(uri.toString());
      }
    });
  }

  /**
   * Runs `save`, which saves a document over the content that `seen` names, whatever it was made from. Until it is
   * written, VS Code is told that the file is old: otherwise it would ask what has been answered already.
   */
  async replace<Result>(uri: vscode.Uri, seen: Seen, save: () => PromiseLike<Result>): Promise<Result> {
    const key = uri.toString();
    this.replacing.set(key, seen);
    try {
      return await save();
    } finally {
      this.replacing.delete(key);
    }
  }

  /** Its session may have changed because of this very window. */
  isSaving(uri: vscode.Uri): boolean {
    return this.saving.has(uri.toString());
  }

  async locate(uri: vscode.Uri): Promise<LocatedFile> {
    const address = sessionAddress(uri);
    for (const workspace of this.workspacesOf(address)) {
      const client = await workspace.client();
      const session = await find(client, address.id);
      if (session) return { workspace, client, session, file: isNative(session) ? address.path : undefined };
    }
    throw new HoldfastError('NOT_FOUND', texts.noSuchSession(address.id));
  }

  override dispose(): void {
    super.dispose();
    this.refused.dispose();
    this.subscription.dispose();
  }

  private openUris(): vscode.Uri[] {
    const open = vscode.workspace.textDocuments.filter(isSessionDocument).map(({ uri }) => uri);
    return [...new Map([...this.watched, ...open.map(uri => [uri.toString(), uri] as const)]).values()];
  }

  private async bytesOf(uri: vscode.Uri): Promise<Uint8Array> {
    const { side } = sessionAddress(uri);
    if (side?.kind === 'version' || side?.kind === 'buffer') return this.keptBytes(uri, side);
    const { client, session, file } = await this.locate(uri);
    const { bytes, etag } = await client.sessionContent(session.id, file);
    if (side) return bytes;
    const seen = this.reads.tell(uri, { etag, digest: digestOf(bytes) }, bytes.length, session.updatedAt);
    this.reads.read(uri, seen, documentOf(uri)?.isDirty ?? false);
    return bytes;
  }

  /** Also of a session that is deleted. */
  private async keptBytes(uri: vscode.Uri, { kind, of }: Side): Promise<Uint8Array> {
    const address = sessionAddress(uri);
    const [workspace] = this.workspacesOf(address);
    if (!workspace) throw new HoldfastError('NOT_FOUND', texts.noSuchSession(address.id));
    const client = await workspace.client();
    if (kind === 'buffer') return client.bufferContent(of);
    return client.sessionVersionContent(address.id, Number(of), address.path);
  }

  private async save(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const { client, session, file } = await this.locate(uri);
    const digest = digestOf(content);
    const decided = this.replacing.get(uri.toString());
    const expected = decided ?? this.reads.expected(uri, documentOf(uri)?.isDirty ?? false);
    let etag = expected?.etag;
    for (let attempt = 1; ; attempt++) {
      try {
        const saved = await client.updateSession(session.id, content, { file, etag });
        const { updatedAt } = saved.session;
        this.reads.is(uri, this.reads.tell(uri, { etag: saved.etag, digest }, content.length, updatedAt));
        this.replacing.delete(uri.toString());
        return;
      } catch (error) {
        if (!HoldfastError.is(error, 'VERSION_CONFLICT')) throw error;
        const now = await client.sessionContent(session.id, file);
        const there = digestOf(now.bytes);
        // Another file of the session, or only its time, changed: that is no conflict of this one.
        if ((there !== expected?.digest && there !== digest) || attempt === mostAttempts) {
          this.refused.fire(uri);
          throw error;
        }
        etag = now.etag;
      }
    }
  }

  private workspacesOf({ folder }: SessionAddress): readonly Workspace[] {
    const named = folder === undefined ? undefined : this.workspaces.of(folder);
    return named ? [named] : this.workspaces.all;
  }
}

export function documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  return vscode.workspace.textDocuments.find(document => document.uri.toString() === key);
}

/** Digest and size of the one file. */
export async function contentOf({ client, session, file }: LocatedFile): Promise<{ digest: string; size: number }> {
  if (file === undefined) return { digest: session.contentHash, size: session.bytes };
  const entry = (await client.sessionFiles(session.id)).find(({ path, type }) => path === file && type === 'file');
  if (!entry) throw new HoldfastError('NOT_FOUND', texts.noSuchFile(file));
  return { digest: entry.sha256 ?? '', size: entry.size };
}

/** A URI's text form has its authority in lower case: ids that differ from it are found in the list. */
async function find(client: WorkspaceClient, id: string): Promise<Session | undefined> {
  try {
    return await client.showSession(id);
  } catch (error) {
    if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
  }
  const { sessions } = await client.listSessions({ filter: id, limit: 100 });
  return sessions.find(session => session.id.toLowerCase() === id.toLowerCase());
}
