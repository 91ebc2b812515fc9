import type { Command } from 'commander';
import { open, type Run } from './call.ts';
import { addVerb, limitOption } from './command.ts';
import { clock, table } from './format.ts';
import { printable } from './printable.ts';

export function addLog(program: Command, run: Run): void {
  addVerb(program, 'log', 'the audit trail: who did what to the root', [
    ['holdfast log', 'The last 20 entries'],
    ['holdfast log --limit 100 --filter restore --json', 'The last 100 that contain "restore", for a program'],
  ])
    .addOption(limitOption())
    .option('--filter <text>', 'only those that contain it')
    .action(
      run(async (call, options: { limit: number; filter?: string }) => {
        const { listLog } = await import('../engine/audit/log.ts');
        const entries = await listLog(await open(call), { ...options, desc: true });
        const rows = entries.map(({ at, actor, action, target }) => [at, actor, action, target]);
        return {
          kind: 'data',
          json: { entries },
          text: style =>
            rows.length === 0
              ? ['Nothing has been done yet.']
              : table(
                  style,
                  ['', '', '', ''],
                  rows.map(([at = '', ...rest]) => [style.dim(clock(at)), ...rest.map(printable)]),
                ),
        };
      }),
    );
}
