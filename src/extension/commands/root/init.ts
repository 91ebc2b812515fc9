import { texts } from '../../messages.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

export const initRoot: Command = {
  async run(services, args) {
    const workspace = await chooseWorkspace(services, args);
    if (!workspace) return undefined;
    const result = await (await workspace.client()).initRoot();
    await workspace.refresh('root');
    void services.prompts.tell('info', result.created ? texts.rootMade(result.root) : texts.rootWasThere(result.root));
    return result;
  },
};
