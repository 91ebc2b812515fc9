import type { Command } from 'commander';
import type { LogList } from '../protocol/log.ts';
import { open, type Run } from './call.ts';
import { addVerb, limitOption } from './command.ts';
import { clock, nextPageLines, type Style, table } from './format.ts';
import { printable } from './printable.ts';

function logLines(style: Style, list: LogList): string[] {
  const { entries, total } = list;
  if (entries.length === 0) return [total > 0 ? 'No more entries.' : 'Nothing has been done yet.'];
  const rows = entries.map(({ at, actor, action, target }) => [
    style.dim(clock(at)),
    ...[actor, action, target].map(printable),
  ]);
  return [...table(style, ['', '', '', ''], rows), ...nextPageLines(style, rows.length, list)];
}

export function addLog(program: Command, run: Run): void {
  addVerb(program, 'log', 'the audit trail: who did what to the root', [
    ['holdfast log', 'The last 20 entries'],
    ['holdfast log --limit 100 --filter restore --json', 'The last 100 that contain "restore", for a program'],
  ])
    .addOption(limitOption())
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--filter <text>', 'only those that contain it')
    .action(
      run(async (call, options: { limit: number; cursor?: string; filter?: string }) => {
        const { listLog } = await import('../engine/audit/log.ts');
        const list = listLog(await open(call), options);
        return { kind: 'data', json: list, text: style => logLines(style, list) };
      }),
    );
}
