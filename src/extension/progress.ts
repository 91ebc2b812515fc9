import * as vscode from 'vscode';
import type { Progress } from '../protocol/operations.ts';
import type { ViewId } from './contributions.ts';
import { formatBytes, formatCount } from './format.ts';

/** What a long call is given: the button that stops it, and where it says how far it is. */
export interface Work {
  signal: AbortSignal;
  progress: (progress: Progress) => void;
}

/** Runs long work behind a notification that shows how far it is and can stop it. */
export async function withWork<Result>(title: string, task: (work: Work) => Promise<Result>): Promise<Result> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (notification, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      return task({
        signal: controller.signal,
        progress: progress => {
          const percent = progress.total > 0 ? Math.min(100, (100 * progress.done) / progress.total) : 0;
          notification.report({ message: progressText(progress), increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
        },
      });
    },
  );
}

/** Runs a look-up behind the thin bar of a view. */
export async function inView<Result>(view: ViewId, task: () => Promise<Result>): Promise<Result> {
  return vscode.window.withProgress({ location: { viewId: view } }, task);
}

function progressText({ phase, done, total, unit }: Progress): string {
  const amount = (value: number) =>
    unit === 'bytes' ? formatBytes(value, vscode.env.language) : formatCount(value, vscode.env.language);
  return total > 0 ? `${phase} ${amount(done)} / ${amount(total)}` : `${phase} ${done > 0 ? amount(done) : ''}`.trim();
}
