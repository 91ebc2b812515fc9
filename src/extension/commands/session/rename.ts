import { texts } from '../../messages.ts';
import { chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';

/** Another title or description. That of an application's own session is in its file, and stays. */
export const renameSession: Command = {
  async run(services, args) {
    const chosen = await chooseSession(services, args, texts.whichSession());
    if (!chosen) return undefined;
    const { workspace, session } = chosen;
    const { prompts } = services;
    const title = await prompts.input({ title: texts.sessionTitle(), value: session.title });
    if (title === undefined || title.trim() === '') return undefined;
    const description = await prompts.input({ title: texts.sessionDescription(), value: session.description });
    const words = { title: title.trim(), ...(description === undefined ? {} : { description: description.trim() }) };
    const renamed = await (await workspace.client()).editSession(session.id, words);
    await workspace.refresh('sessions');
    return renamed;
  },
};
