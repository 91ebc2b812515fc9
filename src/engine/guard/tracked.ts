import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Context } from '../context.ts';
import { HoldfastError, systemCode } from '../errors.ts';
import { nameFromBytes } from '../names.ts';

/**
 * Absolute paths of the files that git tracks in the repository that the workspace lies in; none without a repository.
 *
 * @throws FAILED when there is a repository and git cannot list them: a guard that guards nothing must not look like one
 */
export function trackedFiles({ ports, workspace }: Pick<Context, 'ports' | 'workspace'>): string[] {
  const run = spawnSync('git', ['ls-files', '-z', '--', ':/'], {
    cwd: workspace,
    env: { ...ports.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 30,
  });
  if (run.status === 0) {
    return split(run.stdout).map(name => path.join(workspace, nameFromBytes(name)));
  }
  if (run.error && !isInRepository(ports.fs, workspace)) return [];
  const words = run.stderr?.toString() ?? '';
  if (/not a git repository/i.test(words)) return [];
  throw new HoldfastError('FAILED', 'git cannot list the files that it tracks.', {
    path: workspace,
    hint: run.error
      ? `Starting git failed (${systemCode(run.error)}); install it, or see PATH.`
      : `It says: ${words.trim().split('\n')[0]}`,
  });
}

function isInRepository(fs: Context['ports']['fs'], directory: string): boolean {
  const parent = path.dirname(directory);
  return fs.existsSync(path.join(directory, '.git')) || (parent !== directory && isInRepository(fs, parent));
}

/** The names in a list that ends each with a zero byte. */
function split(list: Buffer): Buffer[] {
  const names: Buffer[] = [];
  for (let start = 0; start < list.length; ) {
    const found = list.indexOf(0, start);
    const end = found < 0 ? list.length : found;
    names.push(list.subarray(start, end));
    start = end + 1;
  }
  return names;
}
