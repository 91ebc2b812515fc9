import { texts } from '../../messages.ts';
import { nodesOf } from '../choose.ts';
import { type ChosenSession, chooseSession } from '../choose-session.ts';
import type { Command } from '../command.ts';
import { inBackground } from '../failure.ts';

/** No question first: every version is kept, and Undo brings the session back. */
export const deleteSessions: Command = {
  async run(services, args): Promise<string[]> {
    const chosen: ChosenSession[] = nodesOf(args).flatMap(node => (node.kind === 'session' ? [node] : []));
    if (chosen.length === 0) {
      const one = await chooseSession(services, args, texts.whichSession());
      if (one) chosen.push(one);
    }
    const deleted: string[] = [];
    for (const { workspace, session } of chosen) {
      const client = await workspace.client();
      deleted.push((await client.deleteSession(session.id)).deleted);
      await workspace.refresh('sessions', 'status');
      const told = services.prompts.tell('info', texts.deleted(session.title), { undo: texts.undo() });
      inBackground(
        services,
        told.then(async action => {
          if (!action) return;
          await client.undeleteSession(session.id);
          await workspace.refresh('sessions', 'status');
          void services.prompts.tell('info', texts.broughtBack(session.title));
        }),
      );
    }
    return deleted;
  },
};
