import { type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import type { GuardResult } from '../protocol/guard.ts';
import { open, type Run } from './call.ts';
import { addVerb, collect } from './command.ts';
import { count } from './format.ts';
import { printable, printableLines } from './printable.ts';

const words = { legacy: 'legacy state', tracked: 'tracked by git', watched: 'watched' };

/** For CI: a program under test must not write to where state used to live, nor to files that git tracks. */
export function addGuard(program: Command, run: Run): void {
  addVerb(program, 'guard <command...>', 'run a command; fail when it wrote to legacy state or to a tracked file', [
    ['holdfast guard -- npm test', 'Fails with 4 and lists the files; else ends as the command does'],
    ['holdfast guard --watch "config/**" -- make check', 'Guards more files'],
  ])
    .option('--watch <glob>', 'also guard these files of the workspace (again for more)', collect, [])
    // What follows the command's name is the command's own.
    .passThroughOptions()
    .action(
      run(async (call, command: string[], options: { watch: string[] }) => {
        const { guardedState, writtenBetween } = await import('../engine/guard/state.ts');
        const { trackedFiles } = await import('../engine/guard/tracked.ts');
        await checkGlobs(options.watch);
        const context = await open(call);
        const guarding = { tracked: trackedFiles(context), watch: options.watch };
        const before = guardedState(context, guarding);
        const { json } = call.globals;
        const end = await ended(command, {
          cwd: context.workspace,
          // With --json, standard output belongs to the one object.
          stdio: ['inherit', json ? 2 : 'inherit', 'inherit'],
        });
        const after = guardedState(context, { ...guarding, earlier: before });
        const result: GuardResult = { command, ...end, written: writtenBetween(context, before, after) };
        const { written } = result;
        if (written.length > 0 && !json) {
          const lines = [
            `holdfast: The command wrote to ${count(written.length, 'guarded file')}:`,
            ...written.map(({ path: at, change, guarded }) => `  ${change} ${printable(at)}  (${words[guarded]})`),
          ];
          // Standard output is the command's.
          call.output.raw(printableLines(`${lines.join('\n')}\n`));
        }
        return { kind: 'report', json: result, status: written.length > 0 ? 4 : statusOf(end), text: () => [] };
      }),
    );
}

async function checkGlobs(globs: readonly string[]): Promise<void> {
  const wrong = globs.find(glob => glob === '' || glob.startsWith('/') || glob.split('/').includes('..'));
  if (wrong === undefined) return;
  const { HoldfastError } = await import('../engine/errors.ts');
  throw new HoldfastError('USAGE', `"${wrong}" fits no file of the workspace.`, {
    hint: 'Give --watch a glob that is relative to the workspace, such as "config/**".',
  });
}

type End = Pick<GuardResult, 'status' | 'signal'>;

/** As a shell says it: 128 and the signal's number after a signal. */
function statusOf({ status, signal }: End): number {
  return status ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

/**
 * Runs a command to its end.
 *
 * @throws NOT_FOUND, or FAILED when it cannot be started
 */
async function ended([program = '', ...args]: string[], options: SpawnOptions): Promise<End> {
  const { HoldfastError, isAbsent, systemCode } = await import('../engine/errors.ts');
  const child = spawn(program, args, options);
  // Ctrl-C reaches the command by itself, from the terminal; these, and what no terminal sends, only reach us.
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const signals: NodeJS.Signals[] = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', error =>
        reject(
          isAbsent(error)
            ? new HoldfastError('NOT_FOUND', `There is no command "${program}".`, {
                hint: 'Check its name and PATH. A line for the shell needs one: holdfast guard -- sh -c "…"',
              })
            : new HoldfastError('FAILED', `The command "${program}" cannot be started (${systemCode(error)}).`, {
                hint: 'Check that the file may be executed.',
                cause: error,
              }),
        ),
      );
      child.once('close', (status, signal) => resolve({ status, signal }));
    });
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}
