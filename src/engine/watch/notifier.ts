import type { Context } from '../context.ts';

export interface Listeners {
  /** @param path relative to the root: nothing is told of it, nor of anything below it */
  ignored(path: string): boolean;
  /** @param path relative to the root; `.` when something changed and it is not known where */
  onChange(path: string): void;
  /** From now on not every change is noticed. May be told more than once, and after closing. */
  onError(error: unknown): void;
}

/** What the system tells of changes below the root, in one of the ways in which systems do. */
export interface Notifier {
  /** Resolves once every change from now on is noticed, or once it is closed. */
  ready: Promise<void>;
  close(): Promise<void>;
}

export type StartNotifier = (context: Context, listeners: Listeners) => Notifier;

/** The path of the root itself: something changed, and it is not known where. */
export const somewhere = '.';
