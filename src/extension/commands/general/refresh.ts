import type { Command } from '../command.ts';

/** Reads everything again, as if nothing had been read before. */
export const refresh: Command = {
  async run(services) {
    await services.workspaces.refreshAll('root');
  },
};
