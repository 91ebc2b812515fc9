import { texts } from '../../messages.ts';
import { chooseSnapshots } from '../choose.ts';
import type { Command } from '../command.ts';

/** A pinned snapshot is always kept. */
export function setPinned(pinned: boolean): Command {
  return {
    async run(services, args) {
      const chosen = await chooseSnapshots(services, args, texts.whichSnapshot());
      for (const { workspace, snapshot } of chosen) {
        await (await workspace.client()).editSnapshot(snapshot.id, { pinned });
        await workspace.refresh('snapshots');
      }
      return chosen.map(({ snapshot }) => snapshot.id);
    },
  };
}
