import * as vscode from 'vscode';
import type { Session } from '../../../protocol/sessions.ts';
import { HoldfastError } from '../../../sidecar/client.ts';
import { pathsOf, sessionUri } from '../../content/session-uri.ts';
import { formatBytes } from '../../format.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseSession, unsavedOf } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { settle } from './unsaved.ts';

/** VS Code tells extensions nothing of documents that are larger. */
const largestDocument = 50 * 1024 * 1024;

/** Opens what a session holds, to be edited where it can be. Unsaved edits from before are settled first. */
export const openSession: Command = {
  async run(services, args) {
    await services.offered;
    const chosen = await chooseSession(services, args, texts.whichSession(), true);
    if (!chosen) return undefined;
    const { workspace, session } = chosen;
    const left = unsavedOf(services).find(
      one => one.workspace === workspace && one.buffer.session === session.id && one.buffer.broken === undefined,
    );
    if (left && (await settle(services, left, true)) === undefined) return undefined;
    const uri = await chooseFile(services, workspace, session);
    if (!uri) return undefined;
    await openFile(uri);
    if (session.bytes > largestDocument) {
      const size = formatBytes(session.bytes, vscode.env.language);
      void services.prompts.tell('info', texts.tooLargeForBuffers(size));
    }
    return uri;
  },
};

export async function openFile(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', uri);
}

/** @throws NOT_FOUND when the session holds nothing */
export async function chooseFile(
  services: Services,
  workspace: Workspace,
  session: Session,
): Promise<vscode.Uri | undefined> {
  const paths = await pathsOf(await workspace.client(), session);
  const [only] = paths;
  if (only === undefined) throw new HoldfastError('NOT_FOUND', texts.emptySession(session.title));
  if (paths.length === 1) return sessionUri(workspace, session.id, only);
  const choices = paths.map(path => ({ label: path, value: path }));
  const path = await services.prompts.pick(choices, { title: texts.whichFile(session.title) });
  return path === undefined ? undefined : sessionUri(workspace, session.id, path);
}
