import { texts } from '../../messages.ts';
import type { Services } from '../../services.ts';
import type { SessionQuery } from '../../workspace.ts';
import type { Command } from '../command.ts';

/** Shows only the sessions that contain a text. */
export const filterSessions: Command = {
  async run(services) {
    const [first] = services.workspaces.all;
    const entered = await services.prompts.input({
      title: texts.filterTitle(),
      placeholder: texts.filterHint(),
      value: first?.sessionQuery.filter ?? '',
    });
    if (entered === undefined) return undefined;
    await ask(services, { filter: entered.trim() || undefined });
    return entered.trim();
  },
};

export const sortSessions: Command = {
  async run(services) {
    const choices = (['updatedAt', 'createdAt', 'title', 'bytes'] as const).map(sort => ({
      label: texts.sortName(sort),
      // Words from A; of the others what is newest or largest comes first.
      value: { sort, desc: sort !== 'title' },
    }));
    const chosen = await services.prompts.pick(choices, { title: texts.sortTitle() });
    if (chosen) await ask(services, chosen);
    return chosen?.sort;
  },
};

async function ask(services: Services, query: SessionQuery): Promise<void> {
  for (const workspace of services.workspaces.all) {
    workspace.sessionQuery = { ...workspace.sessionQuery, ...query };
    await workspace.refresh('sessions');
  }
}
