import type { EditSnapshot, Snapshot } from '../../../protocol/snapshots.ts';
import { texts } from '../../messages.ts';
import type { Prompts } from '../../prompts.ts';
import { chooseSnapshot } from '../choose.ts';
import type { Command } from '../command.ts';
import { nameOf } from './name.ts';

/** Changes what a snapshot is called; never what it holds. */
export const editSnapshot: Command = {
  async run(services, args) {
    const chosen = await chooseSnapshot(services, args, texts.whichSnapshot());
    if (!chosen) return undefined;
    const edit = await askEdit(services.prompts, chosen.snapshot);
    if (!edit) return undefined;
    const edited = await (await chosen.workspace.client()).editSnapshot(chosen.snapshot.id, edit);
    await chosen.workspace.refresh('snapshots');
    return edited;
  },
};

async function askEdit(prompts: Prompts, snapshot: Snapshot): Promise<EditSnapshot | undefined> {
  const what = await prompts.pick(
    [
      { label: texts.title(), description: snapshot.title, icon: 'edit', value: 'title' as const },
      { label: texts.description(), description: snapshot.description, icon: 'note', value: 'description' as const },
      { label: texts.tags(), description: snapshot.tags.join(', '), icon: 'tag', value: 'tags' as const },
    ],
    { title: texts.editWhat(nameOf(snapshot)) },
  );
  if (!what) return undefined;
  const value = what === 'tags' ? snapshot.tags.join(', ') : snapshot[what];
  const entered = await prompts.input({
    title: { title: texts.title(), description: texts.description(), tags: texts.tags() }[what],
    value,
    ...(what === 'tags' ? { placeholder: texts.tagsHint() } : {}),
  });
  if (entered === undefined) return undefined;
  if (what !== 'tags') return { [what]: entered.trim() };
  return { tags: [...new Set(entered.split(',').map(tag => tag.trim()))].filter(tag => tag !== '') };
}
