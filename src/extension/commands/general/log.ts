import type { Command } from '../command.ts';

export const showLog: Command = {
  async run(services) {
    services.log.show();
  },
};
