import type { CreateSession, Session } from '../../../protocol/sessions.ts';
import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import { type ChosenSession, chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { chooseFile, openFile } from './open.ts';

const longestTitle = 50;

/** A session of Holdfast's own: empty, from a file, or from another session. */
export const createSession: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const from = await services.prompts.pick(
      [
        { label: texts.fromNothing(), icon: 'new-file', value: 'nothing' as const },
        { label: texts.fromFile(), icon: 'file', value: 'file' as const },
        { label: texts.fromSession(), icon: 'notebook', value: 'session' as const },
      ],
      { title: texts.newSession() },
    );
    if (from === 'session') {
      const folder = workspace.folder.uri.toString();
      const template = await chooseSession(services, [{ folder }], texts.fromWhichSession());
      return template && fromSession(services, template);
    }
    if (from === 'file') {
      const file = await services.prompts.files({ title: texts.fromFileTitle(), label: texts.useFile(), filters: {} });
      return file && make(services, workspace, '', { from: file.fsPath });
    }
    return from && make(services, workspace, '', {}, Buffer.from('{}\n'));
  },
};

/** A new session with what another one holds now. */
export const newFromSession: Command = {
  async run(services, args) {
    const template = await chooseSession(services, args, texts.fromWhichSession());
    return template && fromSession(services, template);
  },
};

function fromSession(services: Services, { workspace, session }: ChosenSession) {
  const title = [...texts.copyOf(session.title)].slice(0, longestTitle).join('');
  return make(services, workspace, title, { from: session.id, template: session.id });
}

async function make(
  services: Services,
  workspace: Workspace,
  suggested: string,
  rest: Omit<CreateSession, 'title'>,
  content?: Buffer,
): Promise<Session | undefined> {
  const title = await services.prompts.input({ title: texts.sessionTitle(), value: suggested });
  if (title === undefined || title.trim() === '') return undefined;
  const client = await workspace.client();
  const given = content && { bytes: content };
  const session = await client.createSession({ ...rest, title: title.trim() }, given);
  await workspace.refresh('sessions', 'status');
  const uri = await chooseFile(services, workspace, session);
  if (uri) await openFile(uri);
  return session;
}
