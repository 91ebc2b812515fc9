import type { Command } from 'commander';
import { open, type Run } from './call.ts';
import { untilAborted } from './cancel.ts';
import { addVerb } from './command.ts';
import { printable } from './printable.ts';

/** Prints what changes, as it changes, until it is stopped: that is its normal end, so the exit status is 0. */
export function addWatch(program: Command, run: Run): void {
  addVerb(program, 'watch', 'print what changes in the root, until stopped with Ctrl-C', [
    ['holdfast watch', 'A line for each path'],
    ['holdfast watch --json', 'One JSON object a line for each burst of changes: {"at", "paths"}'],
  ]).action(
    run(async call => {
      const { watchRoot } = await import('../engine/watch/watch.ts');
      const { requireRoot } = await import('../engine/context.ts');
      const context = await open(call);
      requireRoot(context);
      const { output } = call;
      const watcher = watchRoot(
        context,
        paths => {
          const at = context.ports.now().toISOString();
          if (call.globals.json) output.jsonLine({ at, paths });
          else output.lines(paths.map(path => `${output.style.dim(at.slice(11, 19))}  ${printable(path)}`));
        },
        { onProblem: problem => output.note(`${printable(problem.message)} ${printable(problem.hint ?? '')}`) },
      );
      await watcher.ready;
      output.note(`Watching ${printable(context.root)}; stop with Ctrl-C.`);
      try {
        await untilAborted(call.signal);
      } finally {
        await watcher.close();
      }
      return { kind: 'report', text: () => [] };
    }),
  );
}
