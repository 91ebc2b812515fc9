import type * as vscode from 'vscode';
import type { Connection } from './connection.ts';
import { SessionBuffers } from './content/session-buffers.ts';
import { SessionConflicts } from './content/session-conflicts.ts';
import { SessionFiles } from './content/session-files.ts';
import { SessionReads } from './content/session-reads.ts';
import { UnsavedEdits } from './content/unsaved-edits.ts';
import type { Log } from './log.ts';
import type { SessionEditing } from './services.ts';
import type { Workspaces } from './workspaces.ts';

/** Builds what the editing of sessions needs, in the order in which it depends on each other. */
export function composeSessions(
  context: vscode.ExtensionContext,
  workspaces: Workspaces,
  connection: Connection,
  log: Log,
): SessionEditing {
  const reads = new SessionReads(context.workspaceState);
  const files = new SessionFiles(workspaces, reads);
  const unsaved = new UnsavedEdits(workspaces, id => buffers.owns(id), log);
  const findBuffer = async (document: vscode.TextDocument) => {
    const { workspace } = await files.locate(document.uri);
    return unsaved.matching(workspace, document);
  };
  const buffers = new SessionBuffers(files, reads, findBuffer, connection, log);
  const conflicts = new SessionConflicts(files, reads, workspaces, log);
  context.subscriptions.push(files, unsaved, buffers, conflicts);
  return { reads, files, unsaved, buffers, conflicts };
}
