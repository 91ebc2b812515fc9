import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import type { Context } from '../engine/context.ts';

/**
 * What was given on the command line, as the engine takes it.
 *
 * @throws USAGE that names the first option that does not fit
 */
export async function checkedInput<T>(schema: z.ZodType<T>, given: unknown): Promise<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { HoldfastError } = await import('../engine/errors.ts');
  const issue = parsed.error.issues[0];
  const key = issue?.path[0] === undefined ? undefined : String(issue.path[0]);
  const option = key === undefined ? undefined : (givenOneByOne[key] ?? key.replace(/[A-Z]/g, '-$&').toLowerCase());
  const message =
    issue?.code === 'too_big' && issue.origin === 'string'
      ? `A ${option} has at most ${issue.maximum} characters.`
      : `${option === undefined ? 'The input' : `--${option}`} does not fit: ${issue?.message ?? 'unknown reason'}.`;
  throw new HoldfastError('USAGE', message, { hint: 'See the command with --help.' });
}

/** Options that may be given again for more: what the engine calls all of them, and what one is called here. */
const givenOneByOne: Record<string, string> = { areas: 'area', tags: 'tag', keepTags: 'keep-tag' };

/** Paths as people type them: root-relative already, or absolute (from a file manager, or `$PWD/…`) and inside the root. */
export function rootPaths(context: Pick<Context, 'root'>, given: readonly string[]): string[] {
  return given.map(one => {
    if (one === '') throw new InvalidArgumentError('A path of the root is empty. All of the root is "."');
    if (!path.isAbsolute(one)) return one;
    const relative = path.relative(context.root, one);
    // The engine refuses what is outside, and says so with the path as it was given.
    if (relative.split(path.sep)[0] === '..' || path.isAbsolute(relative)) return one;
    return relative.split(path.sep).join('/');
  });
}

/** The same in the form that the engine gave its answer in: `./a//b/` is `a/b`, and the root is empty. */
export function plainPaths(context: Pick<Context, 'root'>, given: readonly string[]): string[] {
  const plain = (one: string) => one.split(path.sep === '/' ? '/' : /[\\/]/).filter(part => !['', '.'].includes(part));
  return rootPaths(context, given).map(one => plain(one).join('/'));
}

/**
 * A directory or file named on the command line, from the current directory as the shell completes it. An empty one is what
 * a variable leaves that is not set: taken as not given, it would send a restore into the root.
 *
 * @param ask what to say of an empty one
 * @throws InvalidArgumentError: wrong usage
 */
export function absolute(given: string, ask: string): string {
  if (given === '') throw new InvalidArgumentError(ask);
  return path.resolve(given);
}

/** For options that take a directory or file. @throws InvalidArgumentError for an empty one */
export function pathOption(given: string): string {
  return absolute(given, 'Name a file or directory.');
}

/** A backup named by file or by id. A file of that name wins over an id that begins with it; `latest` is never a file. */
export function backupReference(given: string): string {
  if (given === 'latest' || given === '') return given;
  const file = path.resolve(given);
  return /[^a-z0-9]/.test(given) || existsSync(file) ? file : given;
}
