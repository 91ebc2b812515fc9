import path from 'node:path';
import { HoldfastError } from '../errors.ts';

/** What the variables of a configured path stand for. */
export interface Surroundings {
  /** Absolute. */
  workspace: string;
  home: string;
  env: Record<string, string | undefined>;
}

/**
 * A path as people write it, as an absolute one: `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` stand for
 * what they do in VS Code; a relative path starts at the workspace folder. What a variable holds is taken as it is.
 *
 * @throws INVALID_CONFIG for an unknown variable, and for an environment variable that is not set: in its place an
 * empty text would turn `${env:DATA}/state` into a directory of the file system root
 */
export function expandPath(text: string, surroundings: Surroundings): string {
  const expanded = text.replaceAll(/\$\{([^}]*)\}/g, (_, variable: string) => variableValue(variable, surroundings));
  if (expanded.includes('\0')) throw invalid('The path holds a zero byte.');
  const fromHome = /^~(?=$|[/\\])/.test(text) ? surroundings.home + expanded.slice(1) : expanded;
  return path.resolve(surroundings.workspace, fromHome);
}

function variableValue(variable: string, { workspace, home, env }: Surroundings): string {
  if (variable === 'workspaceFolder') return workspace;
  if (variable === 'userHome') return home;
  const name = /^env:(.+)$/.exec(variable)?.[1];
  if (name === undefined) throw invalid(`\${${variable}} is not a known variable.`);
  // A name such as `toString` is set only where somebody set it.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (!value) throw invalid(`The environment variable ${name} is not set.`);
  return value;
}

function invalid(message: string): HoldfastError {
  return new HoldfastError('INVALID_CONFIG', message, {
    hint: 'Known are ~ and the variables workspaceFolder, userHome and env:NAME.',
  });
}
