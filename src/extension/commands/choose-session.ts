import * as vscode from 'vscode';
import type { RecoveryBuffer, Session } from '../../protocol/sessions.ts';
import { HoldfastError } from '../../sidecar/client.ts';
import { isSessionDocument } from '../content/session-uri.ts';
import { formatTime } from '../format.ts';
import { texts } from '../messages.ts';
import type { Choice } from '../prompts.ts';
import type { Services } from '../services.ts';
import type { Workspace } from '../workspace.ts';
import { chooseWorkspace, given, nodesOf } from './choose.ts';

export interface ChosenSession {
  readonly workspace: Workspace;
  readonly session: Session;
}

/**
 * The row's session, that in the active editor, the one with an id, else the person's choice.
 *
 * @param another whether one is wanted that is not being looked at already
 */
export async function chooseSession(
  services: Services,
  args: readonly unknown[],
  title: string,
  another = false,
): Promise<ChosenSession | undefined> {
  const [node] = nodesOf(args);
  if (node?.kind === 'session') return { workspace: node.workspace, session: node.session };
  if (args.length === 0 && !another) {
    const active = await activeSession(services);
    if (active) return active;
  }
  const workspace = await chooseWorkspace(services, args);
  if (!workspace) return undefined;
  const { items } = await workspace.sessions.get();
  const { id } = given(args);
  if (id !== undefined) {
    const session = items.find(item => item.id === id) ?? (await (await workspace.client()).showSession(id));
    return { workspace, session };
  }
  if (items.length === 0) throw new HoldfastError('USAGE', texts.noSessions());
  const choices = items.map(session => ({ label: session.title, description: session.location, value: session }));
  const session = await services.prompts.pick(choices, { title });
  return session && { workspace, session };
}

/** The one in the active editor, which the status bar and the palette mean. */
async function activeSession({ sessions }: Services): Promise<ChosenSession | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document || !isSessionDocument(document)) return undefined;
  const { workspace, session } = await sessions.files.locate(document.uri);
  return { workspace, session };
}

export interface ChosenUnsaved {
  readonly workspace: Workspace;
  readonly buffer: RecoveryBuffer;
}

/** Edits that a window left behind: the row's, the one with an id, else the person's choice. */
export async function chooseUnsaved(services: Services, args: readonly unknown[]): Promise<ChosenUnsaved | undefined> {
  const [node] = nodesOf(args);
  if (node?.kind === 'unsaved') return { workspace: node.workspace, buffer: node.buffer };
  const all = unsavedOf(services);
  const { id } = given(args);
  if (id !== undefined) return all.find(({ buffer }) => buffer.id === id || buffer.session === id);
  if (all.length === 0) throw new HoldfastError('USAGE', texts.noUnsaved());
  const choices = all.map(value => unsavedChoice(value, services.workspaces.all.length > 1));
  return services.prompts.pick(choices, { title: texts.unsavedTitle(), placeholder: texts.unsavedHint(), stays: true });
}

export function unsavedOf({ workspaces, sessions }: Services): ChosenUnsaved[] {
  return workspaces.all.flatMap(workspace => sessions.unsaved.of(workspace).map(buffer => ({ workspace, buffer })));
}

function unsavedChoice(value: ChosenUnsaved, named: boolean): Choice<ChosenUnsaved> {
  const { workspace, buffer } = value;
  const { title, id, updatedAt, base, version, location, broken } = buffer;
  return {
    label: title || id,
    description: [
      texts.typedAt(formatTime(updatedAt, vscode.env.language)),
      broken === undefined ? texts.typedOver(base, version) : texts.broken(broken),
      ...(named ? [workspace.name] : []),
    ].join(' · '),
    detail: location || undefined,
    icon: 'edit',
    value,
  };
}
