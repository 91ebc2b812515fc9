import * as vscode from 'vscode';
import type { Session } from '../../protocol/sessions.ts';
import type { WorkspaceClient } from '../../sidecar/client.ts';
import { schemes } from '../contributions.ts';
import type { Workspace } from '../workspace.ts';
import { baseName, fromUriPath, toUriPath } from './root-path.ts';

/**
 * What of a session a document shows, other than what can be edited: a version, what a recovery buffer holds, or what is
 * saved now beside the edits of an open document.
 */
export type Side = { kind: 'version' | 'buffer' | 'saved'; of: string };

export interface SessionAddress {
  /** Absolute path of the workspace folder; absent: any that has such a session. */
  readonly folder: string | undefined;
  readonly id: string;
  readonly path: string;
  readonly side: Side | undefined;
}

/**
 * `holdfast-session://<id>/<path in the session>`. Two folders may hold sessions with the same id, which the application
 * chose: the query tells them apart, and what is shown of the session. Both sides of a comparison have the same path.
 */
export function sessionUri(workspace: Workspace, id: string, path: string, side?: Side): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.session,
    authority: id,
    path: toUriPath(path),
    query: `${side ? `${side.kind}=${side.of}&` : ''}folder=${workspace.path}`,
  });
}

export function sessionAddress(uri: vscode.Uri): SessionAddress {
  const [, kind, of, folder] = /^(?:(version|buffer|saved)=(\w+)&)?folder=(.*)$/s.exec(uri.query) ?? [];
  const side = kind === undefined || of === undefined ? undefined : { kind: kind as Side['kind'], of };
  return { folder, id: uri.authority, path: fromUriPath(uri.path), side };
}

/** Whether a document is one that can be edited and saved. */
export function isSessionDocument({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === schemes.session && sessionAddress(uri).side === undefined;
}

/** Made by Holdfast: a directory of files. What the profile calls a session is one file. */
export function isNative({ id, location }: Pick<Session, 'id' | 'location'>): boolean {
  return location === `sessions/${id}`;
}

/** The paths of a session's files, as `sessionUri` takes them. */
export async function pathsOf(client: WorkspaceClient, session: Session): Promise<string[]> {
  if (!isNative(session)) return [baseName(session.location)];
  return (await client.sessionFiles(session.id)).flatMap(({ path, type }) => (type === 'file' ? [path] : []));
}
