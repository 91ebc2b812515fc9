import type { Call } from './call.ts';

/**
 * Asks before a command that overwrites or deletes, where there is someone to ask: at a terminal, without `--yes` and
 * `--json`. Elsewhere the command proceeds, as git and restic do: it was asked for by name, and what it overwrites is
 * in the safety snapshot.
 *
 * @param question shows what would happen; called only when it is asked
 * @throws CANCELLED when the answer is not yes
 */
export async function confirm(call: Call, question: () => Promise<string[]> | string[]): Promise<void> {
  const { yes, json } = call.globals;
  if (yes || json || process.stdin.isTTY !== true || !call.output.terminal) return;
  const lines = await question();
  if (lines.length === 0) return;
  const { createInterface } = await import('node:readline/promises');
  const { printableLines } = await import('./printable.ts');
  const { HoldfastError } = await import('../engine/errors.ts');
  const asker = createInterface({ input: process.stdin, output: process.stderr });
  // At a terminal in raw mode Ctrl-C comes as a key, not as a signal.
  asker.on('SIGINT', () => {
    call.output.raw('\n');
    process.kill(process.pid, 'SIGINT');
  });
  try {
    const answer = await asker.question(printableLines(`${lines.join('\n')} [y/N] `), { signal: call.signal });
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new HoldfastError('CANCELLED', 'Not confirmed; everything is as it was before.');
    }
  } finally {
    asker.close();
  }
}
