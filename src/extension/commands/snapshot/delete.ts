import { texts } from '../../messages.ts';
import { chooseSnapshots, filesAndBytes } from '../choose.ts';
import type { Command } from '../command.ts';
import { nameOf } from './name.ts';

export const deleteSnapshots: Command = {
  async run(services, args): Promise<string[] | undefined> {
    const chosen = await chooseSnapshots(services, args, texts.whichSnapshot());
    const [first] = chosen;
    if (!first) return undefined;
    const message =
      chosen.length === 1 ? texts.deleteSnapshot(nameOf(first.snapshot)) : texts.deleteSnapshots(chosen.length);
    const detail = [
      ...chosen.slice(0, 10).map(({ snapshot }) => `${nameOf(snapshot)}: ${filesAndBytes(snapshot)}`),
      ...(chosen.length > 10 ? [texts.andMore(chosen.length - 10)] : []),
      '',
      texts.deletedForADay(),
    ].join('\n');
    if ((await services.prompts.confirm({ message, detail }, { delete: texts.delete() })) !== 'delete')
      return undefined;
    const deleted: string[] = [];
    try {
      for (const { workspace, snapshot } of chosen) {
        await (await workspace.client()).deleteSnapshot(snapshot.id);
        deleted.push(snapshot.id);
      }
    } finally {
      const touched = new Set(chosen.map(({ workspace }) => workspace));
      await Promise.all([...touched].map(workspace => workspace.refresh('snapshots', 'status')));
    }
    return deleted;
  },
};
