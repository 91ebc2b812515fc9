import { type Command, InvalidArgumentError } from 'commander';
import type { PruneResult } from '../protocol/retention.ts';
import { open, type Run } from './call.ts';
import { addVerb, collect } from './command.ts';
import { confirm } from './confirm.ts';
import { bytes, clock, count, type Style, shortId } from './format.ts';
import { checkedInput } from './input.ts';
import { printable } from './printable.ts';

function howMany(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

function snapshotLines(style: Style, { snapshots }: PruneResult): string[] {
  return snapshots.map(({ id, title, createdAt, keep, reasons }) => {
    const name = `${shortId(id)}  ${clock(createdAt)}${title === '' ? '' : `  "${printable(title)}"`}`;
    return keep
      ? `  keep    ${name}  ${style.dim(printable(reasons.join(', ')))}`
      : `  ${style.warn('delete')}  ${name}`;
  });
}

function pruneLines(style: Style, result: PruneResult): string[] {
  const { dryRun, snapshots, trash, versions, packs, bytesReclaimed, bytesPending, grace } = result;
  const forgotten = snapshots.filter(({ keep }) => !keep).length;
  const deleted = [
    ...(forgotten > 0 ? [count(forgotten, 'snapshot')] : []),
    ...(versions.removed > 0 ? [`${count(versions.removed, 'version')} of sessions`] : []),
  ];
  const says =
    deleted.length === 0
      ? `No snapshot ${dryRun ? 'would be' : 'was'} deleted`
      : `${dryRun ? 'Would delete' : 'Deleted'} ${deleted.join(' and ')}`;
  const freed = bytesReclaimed < 0 ? `${bytes(-bytesReclaimed)} more in use for now` : `${bytes(bytesReclaimed)} freed`;
  const moved = packs.rewritten > 0 ? `, ${count(packs.rewritten, 'pack')} rewritten` : '';
  return [
    ...snapshotLines(style, result),
    `${says}: ${freed}${moved}.`,
    ...(trash.removed > 0
      ? [`${dryRun ? 'Would be gone' : 'Gone'} for good: ${count(trash.removed, 'deleted snapshot')}.`]
      : []),
    ...(trash.kept > 0
      ? [
          `${dryRun ? 'Would be in the trash' : 'In the trash'}: ${count(trash.kept, 'snapshot')}. To bring one back: holdfast snapshot undelete ID`,
        ]
      : []),
    ...(bytesPending > 0
      ? [style.dim(`${bytes(bytesPending)} more can be freed ${grace} after being marked; to free them now: --grace 0`)]
      : []),
  ];
}

interface Options {
  keepLast?: number;
  keepHourly?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepTag?: string[];
  keepWithin?: string;
  grace?: string;
  dryRun?: boolean;
}

export function addPrune(noun: Command, run: Run): void {
  addVerb(noun, 'prune', 'delete old snapshots, say why each of the others is kept, and free space', [
    ['holdfast vault prune', 'By the setting holdfast.retention; without it only what nothing needs any more goes'],
    ['holdfast vault prune --keep-daily 7 --keep-weekly 4 --keep-tag release --dry-run', 'See what rules would do'],
    ['holdfast vault prune --keep-within 30d --grace 0', 'For good at once: nothing can be undeleted'],
  ])
    .option('--keep-last <n>', 'keep the newest so many', howMany)
    .option('--keep-hourly <n>', 'keep the newest of each of so many hours', howMany)
    .option('--keep-daily <n>', 'keep the newest of each of so many days', howMany)
    .option('--keep-weekly <n>', 'keep the newest of each of so many weeks', howMany)
    .option('--keep-monthly <n>', 'keep the newest of each of so many months', howMany)
    .option('--keep-tag <tag>', 'keep those with this tag (again for more)', collect)
    .option('--keep-within <time>', 'keep those so long before the newest: 12h, 30d, 2w, 1y6m')
    .option('--grace <time>', 'how long what is deleted can be brought back; 0: not at all (default: 24h)')
    .option('--dry-run', 'only show what would be done')
    .action(
      run(async (call, options: Options) => {
        const { pruneVault } = await import('../engine/vault/prune/prune.ts');
        const { PruneVault } = await import('../protocol/retention.ts');
        const context = await open(call);
        const { keepTag, ...rest } = options;
        const input = await checkedInput(PruneVault, { ...rest, ...(keepTag ? { keepTags: keepTag } : {}) });
        if (!input.dryRun) {
          await confirm(call, async () => {
            const plan = await pruneVault(context, { ...input, dryRun: true }, call.work);
            const deletes = plan.snapshots.some(({ keep }) => !keep) || plan.versions.removed + plan.trash.removed > 0;
            return deletes ? [...pruneLines(call.output.errorStyle, plan), 'Go on?'] : [];
          });
        }
        const result = await pruneVault(context, input, call.work);
        return {
          kind: 'report',
          json: result,
          text: style => pruneLines(style, result),
          omissions: { title: 'Kept, since it cannot be removed', list: result.kept },
        };
      }),
    );
}
