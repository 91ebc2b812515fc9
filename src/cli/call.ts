import type { Command } from 'commander';
import type { Context } from '../engine/context.ts';
import type { Work } from '../engine/ports.ts';
import type { Answer, Output } from './output.ts';

/** The options that every command takes, before or after the verb. */
export interface Globals {
  /** Absolute. */
  workspace: string;
  root?: string;
  profile?: string;
  json: boolean;
  quiet: boolean;
  yes: boolean;
  color: boolean;
}

/** One run of one command. */
export interface Call {
  globals: Globals;
  output: Output;
  signal: AbortSignal;
  /** What a long operation of the engine is given: progress goes to the bar, signals cancel. */
  work: Work;
  /** How many of the operands stood after `--`, where they can only be paths. */
  afterDashes: number;
}

/** What a verb does: its operands and options as commander hands them, and what came of it. */
export type Handler<Operands extends unknown[]> = (call: Call, ...operands: Operands) => Promise<Answer>;

/** Makes a handler into an action of commander. Handed in, so that a test can have the command tree without running it. */
export type Run = <Operands extends unknown[]>(
  handler: Handler<Operands>,
) => (...given: [...Operands, Command]) => Promise<void>;

// Every module of the engine is loaded by the command that uses it: `holdfast --version` loads none (0.15 s in all).

/** What the engine is asked to open, from the command line. A person who types a command trusts the workspace. */
export async function openOptions(call: Call) {
  const { nodePorts } = await import('../node-ports.ts');
  const { workspace, root, profile } = call.globals;
  return { ports: nodePorts(), options: { workspace, rootFlag: root, profileFlag: profile, trusted: true } };
}

/** @throws ROOT_UNUSABLE, INVALID_CONFIG, USAGE when the workspace is not a folder */
export async function open(call: Call): Promise<Context> {
  const { openContext } = await import('../engine/root/open.ts');
  const { ports, options } = await openOptions(call);
  return openContext(ports, options);
}
