import type { Command } from 'commander';
import type { EditSnapshot } from '../protocol/snapshots.ts';
import { type Call, open, type Run } from './call.ts';
import { addVerb, collect } from './command.ts';
import { confirm } from './confirm.ts';
import { bytes, count, shortId } from './format.ts';
import { checkedInput } from './input.ts';
import type { Answer } from './output.ts';
import { snapshotName } from './snapshot-text.ts';

/** The words about a snapshot, as options. */
export interface Labels {
  title?: string;
  description?: string;
  tag?: string[];
}

/** What decides how long a snapshot stays, and under which name. */
export function addKeeping(noun: Command, run: Run): void {
  addDelete(noun, run);
  addUndelete(noun, run);
  addLabels(noun, run);
}

function addDelete(noun: Command, run: Run): void {
  addVerb(noun, 'delete <id...>', 'delete snapshots', [
    ['holdfast snapshot delete k3f9', 'One, by the beginning of its id'],
    ['holdfast snapshot delete k3f9 p7xa --yes', 'Two, without being asked'],
  ]).action(
    run(async (call, ids: string[]) => {
      const { damageOf, deleteSnapshots } = await import('../engine/snapshots/delete.ts');
      const { showSnapshot } = await import('../engine/snapshots/show.ts');
      const context = await open(call);
      let references = ids;
      await confirm(call, async () => {
        const lines: string[] = [];
        references = [];
        for (const id of ids) {
          if (await damageOf(context, id)) {
            references.push(id);
            lines.push(`  snapshot ${id}, whose record is damaged or lost: for good. First try: holdfast vault repair`);
            continue;
          }
          const snapshot = showSnapshot(context, id);
          references.push(snapshot.id);
          lines.push(`  ${snapshotName(snapshot)}  ${count(snapshot.files, 'file')}, ${bytes(snapshot.bytes)}`);
        }
        return [
          `Delete ${count(lines.length, 'snapshot')}:`,
          ...lines,
          'What is whole can be brought back for a day: holdfast snapshot undelete. Go on?',
        ];
      });
      const result = await deleteSnapshots(context, references);
      const { givenUp = [] } = result;
      return {
        kind: 'report',
        json: result,
        text: style => [
          `Deleted ${count(result.deleted.length, 'snapshot')}: ${result.deleted.map(shortId).join(', ')}.`,
          ...(givenUp.length > 0
            ? [`Given up, since their records were damaged or lost: ${givenUp.map(shortId).join(', ')}.`]
            : []),
          ...result.deleted
            .filter(id => !givenUp.includes(id))
            .map(id =>
              style.dim(`To bring it back, before a prune a day from now: holdfast snapshot undelete ${shortId(id)}`),
            ),
        ],
      };
    }),
  );
}

function addUndelete(noun: Command, run: Run): void {
  addVerb(noun, 'undelete <id>', 'bring a deleted snapshot back', [
    ['holdfast snapshot undelete k3f9', 'As long as no prune found it deleted for a day'],
  ]).action(
    run(async (call, id: string) => {
      const { undeleteSnapshot } = await import('../engine/snapshots/undelete.ts');
      const snapshot = await undeleteSnapshot(await open(call), id, call.work);
      return { kind: 'report', json: { snapshot }, text: () => [`Back in the list: ${snapshotName(snapshot)}.`] };
    }),
  );
}

async function edited(call: Call, id: string, edit: EditSnapshot, done: string): Promise<Answer> {
  const { editSnapshot } = await import('../engine/snapshots/edit.ts');
  const snapshot = await editSnapshot(await open(call), id, edit);
  const name = snapshotName(snapshot);
  return { kind: 'report', json: { snapshot }, text: () => [`${done} ${name}.`] };
}

function addLabels(noun: Command, run: Run): void {
  addVerb(noun, 'pin <id>', 'keep a snapshot for good', [
    ['holdfast snapshot pin latest', 'Pruning never removes it'],
  ]).action(run((call, id: string) => edited(call, id, { pinned: true }, 'Pinned')));

  addVerb(noun, 'unpin <id>', 'let a snapshot be pruned again', [
    ['holdfast snapshot unpin latest', 'Take the pin off'],
  ]).action(run((call, id: string) => edited(call, id, { pinned: false }, 'Unpinned')));

  addVerb(noun, 'edit <id>', 'change the words about a snapshot; its content never changes', [
    ['holdfast snapshot edit latest --title "Works" --tag good', 'A new title, and this tag instead of the old ones'],
    ['holdfast snapshot edit latest --tag ""', 'No tags any more'],
  ])
    .option('--title <text>', 'the new title')
    .option('--description <text>', 'the new description')
    .option('--tag <tag>', 'the tags instead of the old ones (again for more; "" for none)', collect)
    .action(
      run(async (call, id: string, options: Labels) => {
        const { EditSnapshot } = await import('../protocol/snapshots.ts');
        const { title, description, tag } = options;
        if (title === undefined && description === undefined && tag === undefined) {
          const { HoldfastError } = await import('../engine/errors.ts');
          throw new HoldfastError('USAGE', 'Nothing to change was given.', {
            hint: 'Give --title, --description or --tag.',
          });
        }
        const edit = await checkedInput(EditSnapshot, {
          ...(title === undefined ? {} : { title }),
          ...(description === undefined ? {} : { description }),
          ...(tag === undefined ? {} : { tags: tag.filter(one => one !== '') }),
        });
        return edited(call, id, edit, 'Changed');
      }),
    );
}
