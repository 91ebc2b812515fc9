import type { Command } from 'commander';
import type { Run } from '../../src/cli/call.ts';
import { createProgram } from '../../src/cli/program.ts';

/** The command tree as it is, with verbs that do nothing. */
export function inertProgram(): { program: Command; help: () => string } {
  const texts: string[] = [];
  const inert: Run = () => async () => {};
  const program = createProgram(inert, text => texts.push(text));
  return { program, help: () => texts.splice(0).join('') };
}

/** `snapshot create`, `status`, …: every command that does something. */
export function verbsOf(command: Command, words: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...words]];
  return command.commands.flatMap(one => verbsOf(one, [...words, one.name()]));
}

/** The command lines that a help text shows as examples, split into words as a shell would. */
export function exampleLines(help: string): string[][] {
  const lines = help.slice(help.indexOf('Example')).split('\n');
  return lines.filter(line => line.startsWith('  holdfast ')).map(line => shellWords(line.trim()).slice(1));
}

export function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:"([^"]*)"|(\S+))(?:\s+|$)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
