import * as vscode from 'vscode';
import type { Session } from '../../protocol/sessions.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { schemes } from '../contributions.ts';
import { texts } from '../messages.ts';
import type { Workspace } from '../workspace.ts';
import type { Workspaces } from '../workspaces.ts';
import { fileStat, ReadOnlyFileSystem, reading } from './read-only.ts';
import { baseName, toUriPath } from './root-path.ts';

/**
 * `holdfast-session://<id>/<file name>`. Two folders may hold sessions with the same id, which the application chose:
 * the query tells them apart.
 */
export function sessionUri(workspace: Workspace, session: Session): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.session,
    authority: session.id,
    path: toUriPath(baseName(session.location)),
    query: `folder=${workspace.path}`,
  });
}

export class SessionFiles extends ReadOnlyFileSystem {
  private readonly workspaces: Workspaces;
  private readonly watched = new Map<string, vscode.Uri>();

  constructor(workspaces: Workspaces) {
    super();
    this.workspaces = workspaces;
    workspaces.onDidChange(({ nouns }) => {
      if (!nouns.has('sessions') && !nouns.has('root')) return;
      const events = [...this.watched.values()].map(uri => ({ type: vscode.FileChangeType.Changed, uri }));
      if (events.length > 0) this.changed.fire(events);
    });
  }

  override watch(uri?: vscode.Uri): vscode.Disposable {
    if (!uri) return super.watch();
    this.watched.set(uri.toString(), uri);
    return new vscode.Disposable(() => this.watched.delete(uri.toString()));
  }

  stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return reading(uri, async () => {
      const { session } = await this.find(uri);
      return fileStat(vscode.FileType.File, session.bytes, session.updatedAt);
    });
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return reading(uri, async () => {
      const { workspace, session } = await this.find(uri);
      return (await (await workspace.client()).sessionContent(session.id)).bytes;
    });
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  private async find(uri: vscode.Uri): Promise<{ workspace: Workspace; session: Session }> {
    const named = this.workspaces.of(/^folder=(.*)$/s.exec(uri.query)?.[1] ?? '');
    for (const workspace of named ? [named] : this.workspaces.all) {
      const session = await this.session(workspace, uri.authority);
      if (session) return { workspace, session };
    }
    throw new HoldfastError('NOT_FOUND', texts.noSuchSession(uri.authority));
  }

  /** A URI's text form has its authority in lower case: ids that differ from it are found in the list. */
  private async session(workspace: Workspace, authority: string): Promise<Session | undefined> {
    const client = await workspace.client();
    try {
      return await client.showSession(authority);
    } catch (error) {
      if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
    }
    const { items } = await workspace.sessions.get();
    return items.find(session => session.id.toLowerCase() === authority.toLowerCase());
  }
}
