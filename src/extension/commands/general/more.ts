import type { Workspace } from '../../workspace.ts';
import { chooseWorkspace } from '../choose.ts';
import type { Command } from '../command.ts';

/** Loads one page more of a long list. */
export function loadMore(list: 'snapshots' | 'sessions'): Command {
  return {
    async run(services, args) {
      const workspace: Workspace | undefined = await chooseWorkspace(services, args);
      workspace?.[list].extend();
      await workspace?.refresh(list);
    },
  };
}
