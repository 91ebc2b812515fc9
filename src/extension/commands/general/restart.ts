import type { Command } from '../command.ts';

export const restartSidecar: Command = {
  async run(services) {
    await services.connection.restart();
  },
};
