import { type Command, Option } from 'commander';
import type { ExportResult } from '../protocol/share.ts';
import type { VisitList } from '../protocol/visits.ts';
import { open, type Run } from './call.ts';
import { addVerb, limitOption } from './command.ts';
import { ago, bytes, count, nextPageLines, number, type Style, shortId, table } from './format.ts';
import { absolute, checkedInput } from './input.ts';
import { printable } from './printable.ts';
import { brokenLines, snapshotName } from './snapshot-text.ts';

/** The verbs of `snapshot` that are about giving one to others. */
export function addSharing(noun: Command, run: Run): void {
  addExport(noun, run);
  addImport(noun, run);
  addVisits(noun, run);
}

function exportedLine(name: string, result: ExportResult): string {
  return (
    `Exported ${name} to ${printable(result.file)}: ${count(result.files, 'file')}, ${bytes(result.bytes)} ` +
    `(${bytes(result.fileBytes)} in the file).`
  );
}

function addExport(noun: Command, run: Run): void {
  addVerb(noun, 'export <id> <file>', 'write a snapshot into one file, to give it to others', [
    ['holdfast snapshot export latest report.holdfast', 'Without what secret areas hold'],
    ['holdfast snapshot export k3f9 /mnt/usb/all.holdfast --include-secrets', 'With everything'],
  ])
    .option('--include-secrets', 'also what secret areas hold')
    .action(
      run(async (call, id: string, file: string, options: { includeSecrets?: boolean }) => {
        const { exportSnapshot } = await import('../engine/snapshots/bundle/export.ts');
        const { showSnapshot } = await import('../engine/snapshots/show.ts');
        const { ExportSnapshot } = await import('../protocol/share.ts');
        const context = await open(call);
        const snapshot = showSnapshot(context, id);
        const input = await checkedInput(ExportSnapshot, {
          file: absolute(file, 'Name a file to export to.'),
          ...options,
        });
        const result = await exportSnapshot(context, snapshot.id, input, call.work);
        return {
          kind: 'report',
          json: result,
          omissions: { title: 'Left out', list: result.omitted },
          text: () => [exportedLine(snapshotName(snapshot), result)],
        };
      }),
    );
}

function addImport(noun: Command, run: Run): void {
  addVerb(noun, 'import <file>', 'take a snapshot out of such a file; one that is here already stays as it is', [
    ['holdfast snapshot import report.holdfast', 'Then it is listed, compared and restored as any other'],
  ]).action(
    run(async (call, file: string) => {
      const { importSnapshot } = await import('../engine/snapshots/bundle/import.ts');
      const { ImportSnapshot } = await import('../protocol/share.ts');
      const input = await checkedInput(ImportSnapshot, { file: absolute(file, 'Name the file to import.') });
      const result = await importSnapshot(await open(call), input, call.work);
      const { snapshot } = result;
      const name = snapshotName(snapshot);
      return {
        kind: 'report',
        json: result,
        text: style =>
          result.imported
            ? [
                `Imported ${name}: ${count(snapshot.files, 'file')}, ${bytes(snapshot.bytes)}.`,
                style.dim(`id ${snapshot.id}`),
              ]
            : [`The ${name} is here already; nothing was changed.`],
      };
    }),
  );
}

function visitLines(style: Style, list: VisitList, isChosen: boolean): string[] {
  const rows = list.visits.map(visit => [
    style.accent(shortId(visit.snapshotId)),
    printable(visit.visitor),
    number(visit.visits),
    ago(visit.lastVisitedAt),
    ago(visit.firstVisitedAt),
    printable(visit.title),
    visit.snapshotDeleted ? style.warn('deleted') : '',
  ]);
  if (rows.length === 0 && list.broken.length === 0)
    return [list.total > 0 ? 'No more visits.' : isChosen ? 'No visit fits.' : 'Nobody has visited a snapshot.'];
  return [
    ...(rows.length === 0 ? [] : table(style, ['snapshot', 'visitor', '>visits', 'last', 'first', 'title', ''], rows)),
    ...nextPageLines(style, rows.length, list),
    ...brokenLines(style, 'Entries', list.broken),
  ];
}

function addVisits(noun: Command, run: Run): void {
  addVerb(noun, 'visits [id]', 'who opened, exported or restored a snapshot, how often and when', [
    ['holdfast snapshot visits', 'Of all snapshots, also deleted ones, the latest visit first'],
    ['holdfast snapshot visits k3f9 --json', 'Of one, for a program'],
    ['holdfast snapshot visits --filter mary --sort visits --desc', "Mary's, the most visited first"],
  ])
    .addOption(limitOption())
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addOption(
      new Option('--sort <key>', 'order').choices(['lastVisitedAt', 'firstVisitedAt', 'visits', 'title', 'visitor']),
    )
    .option('--desc', 'descending (without --sort: the latest first anyway)')
    .option('--filter <text>', 'only those whose visitor, title or snapshot id contain it')
    .action(
      run(
        async (
          call,
          snapshot: string | undefined,
          options: { limit: number; cursor?: string; sort?: string; desc?: boolean; filter?: string },
        ) => {
          const { listVisits } = await import('../engine/snapshots/visits/list.ts');
          const list = listVisits(await open(call), { ...options, ...(snapshot === undefined ? {} : { snapshot }) });
          return {
            kind: 'data',
            json: list,
            text: style => visitLines(style, list, Boolean(snapshot || options.filter)),
            ...(list.broken.length > 0 ? { status: 5 } : {}),
          };
        },
      ),
    );
}
