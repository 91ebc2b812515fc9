import type { Context } from '../context.ts';
import type { HoldfastError } from '../errors.ts';
export interface RootWatcher { close(): Promise<void> }
export function watchRoot(_context: Context, _onChange: (paths: string[]) => void, _options?: { onProblem?: (problem: HoldfastError) => void }): RootWatcher {
  return { close: async () => {} };
}
