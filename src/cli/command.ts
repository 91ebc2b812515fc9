import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Globals } from './call.ts';
import { pathOption } from './input.ts';

/** A command line and what it is good for. */
export type Example = readonly [line: string, purpose: string];

function globalOptions(): Option[] {
  return [
    new Option('--workspace <dir>', 'folder of the application (default: the current one)').argParser(pathOption),
    new Option('--root <dir>', 'use this root instead of the configured one'),
    new Option('--profile <id>', 'use this profile instead of the detected one'),
    new Option('--json', 'print exactly one JSON object, also for errors'),
    new Option('--quiet', 'print only what was asked for: no progress, no reports'),
    new Option('--yes', 'do not ask before overwriting or deleting'),
    new Option('--no-color', 'no colours (as with NO_COLOR)'),
  ];
}

/**
 * Gives a command the global options. Each command has its own: commander would otherwise look for the program's among
 * the operands of a verb, also after `--`.
 */
export function addGlobalOptions(command: Command, visible: boolean): Command {
  for (const option of globalOptions()) command.addOption(visible ? option : option.hideHelp());
  return command;
}

/** The global options as given before the noun, before the verb or after it; the last one given counts. */
export function globalsOf(command: Command): Globals {
  const chain: Command[] = [];
  for (let at: Command | null = command; at; at = at.parent) chain.unshift(at);
  const value = <T>(key: string): T | undefined => {
    const giver = chain.findLast(one => ![undefined, 'default'].includes(one.getOptionValueSource(key)));
    return giver?.getOptionValue(key) as T | undefined;
  };
  const root = value<string>('root');
  const profile = value<string>('profile');
  return {
    workspace: path.resolve(value<string>('workspace') ?? '.'),
    ...(root === undefined ? {} : { root }),
    ...(profile === undefined ? {} : { profile }),
    json: value('json') ?? false,
    quiet: value('quiet') ?? false,
    yes: value('yes') ?? false,
    color: value('color') ?? true,
  };
}

/** A command that only holds verbs. */
export function addNoun(program: Command, name: string, summary: string): Command {
  const noun = program.command(name).description(summary).helpCommand(false);
  return addGlobalOptions(noun, false);
}

/** A command that does something. */
export function addVerb(parent: Command, usage: string, summary: string, examples: readonly Example[]): Command {
  const verb = parent.command(usage).description(summary);
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  ${line}`);
  verb.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  return addGlobalOptions(verb, false);
}

/** For options that may be given more than once. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** The `--limit` of listings: 20 by default, 100 at most (contract). */
export function limitOption(): Option {
  return new Option('--limit <n>', 'how many at most (1 to 100)')
    .argParser(text => {
      const limit = Number(text);
      if (!/^\d+$/.test(text) || limit < 1 || limit > 100)
        throw new InvalidArgumentError('Give a number from 1 to 100.');
      return limit;
    })
    .default(20);
}

/** The number of a version of a session. */
export function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new InvalidArgumentError('Give the number of a version.');
  return Number(text);
}

/** What each file that is already there meets. */
export function overwriteOption(): Option {
  return new Option('--overwrite <when>', 'which files that are there to replace')
    .choices(['always', 'if-changed', 'if-newer', 'never'])
    .default('always');
}
