import type { Services } from '../services.ts';

/** What one command does. `args` are whatever VS Code, a keybinding or another extension passes: each command parses them. */
export interface Command {
  /** Its result is the command's, for callers that run it with `executeCommand`. */
  run(services: Services, args: readonly unknown[]): Promise<unknown>;
}
