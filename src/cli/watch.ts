import type { Command } from 'commander';
import type { Context } from '../engine/context.ts';
import type { HoldfastError } from '../engine/errors.ts';
import { type Call, open, type Run } from './call.ts';
import { untilAborted } from './cancel.ts';
import { addVerb } from './command.ts';
import { printable } from './printable.ts';

/**
 * Prints what changes, as it changes, and captures sessions as the sidecar does, until it is stopped: that is its normal
 * end, so the exit status is 0.
 */
export function addWatch(program: Command, run: Run): void {
  addVerb(program, 'watch', 'print what changes in the root and capture sessions, until stopped with Ctrl-C', [
    ['holdfast watch', 'A line for each path'],
    ['holdfast watch --json', 'One JSON object a line for each burst of changes: {"at", "paths"}'],
  ]).action(
    run(async call => {
      const { auditDirectory, watchRoot } = await import('../engine/watch/watch.ts');
      const { isWithin } = await import('../engine/names.ts');
      const { requireRoot } = await import('../engine/context.ts');
      const context = await open(call);
      requireRoot(context);
      const { output } = call;
      const note = (problem: HoldfastError) => {
        const { message, path = '', hint = '' } = problem;
        const at = context.ports.now().toISOString();
        if (call.globals.json) output.jsonLine({ at, paths: [], problem: problem.toBody() });
        else output.note(printable([message, path, hint].filter(Boolean).join(' ')));
      };
      const captures = await capturesOf(call, context, note);
      const watcher = watchRoot(
        context,
        paths => {
          captures?.notice(paths);
          // The trail tells the sidecar what Holdfast did; people and programs watch their own files.
          const shown = paths.filter(path => !isWithin(path, auditDirectory));
          if (shown.length === 0) return;
          const at = context.ports.now().toISOString();
          if (call.globals.json) output.jsonLine({ at, paths: shown });
          else output.lines(shown.map(path => `${output.style.dim(at.slice(11, 19))}  ${printable(path)}`));
        },
        { onProblem: note },
      );
      await watcher.ready;
      captures?.start();
      if (!call.globals.json) output.note(`Watching ${printable(context.root)}; stop with Ctrl-C.`);
      try {
        await untilAborted(call.signal);
      } finally {
        await Promise.all([watcher.close(), captures?.close()]);
      }
      return { kind: 'report', text: () => [] };
    }),
  );
}

/** None with the setting `holdfast.watch` off. */
async function capturesOf(call: Call, context: Context, onProblem: (problem: HoldfastError) => void) {
  if (!context.settings.watch) return undefined;
  const { AutoCapture } = await import('../engine/sessions/auto-capture.ts');
  const { output } = call;
  return new AutoCapture(context, {
    onProblem,
    onCaptured: ({ location }, version) => {
      const at = context.ports.now().toISOString();
      if (call.globals.json) output.jsonLine({ at, paths: [location], version });
      else output.lines([`${output.style.dim(at.slice(11, 19))}  ${printable(location)} is at version ${version}`]);
    },
  });
}
