import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import type { GuardResult } from '../protocol/guard.ts';
import { open, type Run } from './call.ts';
import { addVerb, collect } from './command.ts';
import { printable } from './printable.ts';

/** For CI: a program under test must not write to where state used to live, nor to files that git tracks. */
export function addGuard(program: Command, run: Run): void {
  addVerb(program, 'guard <command...>', 'run a command; fail when it wrote to legacy state or to a tracked file', [
    ['holdfast guard -- npm test', 'Fails with 4 and lists the files; else ends as the command does'],
    ["holdfast guard --watch 'config/**' -- make check", 'Guards more files'],
  ])
    .option('--watch <glob>', 'also guard these files of the workspace; may be repeated', collect, [])
    .action(
      run(async (call, command: string[], options: { watch: string[] }) => {
        const { guardedState, writtenBetween } = await import('../engine/guard/state.ts');
        const context = await open(call);
        const before = guardedState(context, { tracked: trackedFiles(context.workspace), watch: options.watch });
        // With --json, standard output belongs to the one object.
        const status = await ended(command, {
          cwd: context.workspace,
          stdio: ['inherit', call.globals.json ? 2 : 'inherit', 'inherit'],
        });
        const after = guardedState(context, {
          tracked: [...new Set([...trackedFiles(context.workspace), ...trackedBefore(before)])],
          watch: options.watch,
        });
        const result: GuardResult = { command, status, written: writtenBetween(context, before, after) };
        const words = { legacy: 'legacy state', tracked: 'tracked by git', watched: 'watched' };
        return {
          kind: 'report',
          json: result,
          status: result.written.length > 0 ? 4 : (status ?? 1),
          text: () =>
            result.written.length === 0
              ? []
              : [
                  `The command wrote to ${result.written.length} guarded ${result.written.length === 1 ? 'file' : 'files'}:`,
                  ...result.written.map(
                    ({ path: at, change, guarded }) => `  ${change} ${printable(at)}  (${words[guarded]})`,
                  ),
                ],
        };
      }),
    );
}

/** Absolute; none where there is no git or no repository. */
function trackedFiles(workspace: string): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
  });
  return status === 0
    ? stdout
        .split('\0')
        .filter(Boolean)
        .map(name => path.join(workspace, name))
    : [];
}

function trackedBefore(before: ReadonlyMap<string, { guarded: string }>): string[] {
  return [...before].filter(([, { guarded }]) => guarded === 'tracked').map(([absolute]) => absolute);
}

/** Ends as a shell would say it: 128 and the signal's number after a signal. */
function ended([program = '', ...args]: string[], options: SpawnOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
