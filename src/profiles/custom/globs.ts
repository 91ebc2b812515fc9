import picomatch from 'picomatch';

// Names may begin with a dot and hold line breaks, and mean the same on every system.
const options = { dot: true, windows: false, flags: 's' };

/** Whether a path, with `/` between its parts, fits one of the globs; none fits no globs. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  return picomatch([...globs], options);
}

/** So many wildcards in one name, and so many `**`: with each more, a path that nearly fits takes many times as long. */
const mostInName = 3;
const mostDirectories = 4;

/**
 * Globs become regular expressions, and some of those never come to an end with some names. What could be one is refused:
 * groups that repeat, and more wildcards than anybody needs.
 */
function costProblem(glob: string): string | undefined {
  if (/[*+]\(|[)\]}]\+|\([^)]*\+/.test(glob)) return 'must not repeat a group; use * instead';
  // With some of these picomatch itself never comes to an end: `(a|b)\\\\`.
  if (/\\\\|\\$/.test(glob)) return 'must not have a backslash at its end, nor two in a row';
  const parts = glob.split('/');
  const wildcards = (part: string) => part.match(/\*+|!\(/g)?.length ?? 0;
  if (parts.some(part => part !== '**' && wildcards(part) > mostInName))
    return `must not have more than ${mostInName} wildcards in one name`;
  if ((glob.match(/\*\*+/g)?.length ?? 0) > mostDirectories)
    return `must not have more than ${mostDirectories} times **`;
  return undefined;
}

/** Why a glob cannot fit any path that is relative to a directory; `undefined` when it can. */
export function globProblem(glob: string): string | undefined {
  if (glob.startsWith('/') || /^[a-z]:[/\\]/i.test(glob)) return 'must be relative, not absolute';
  if (glob.split('/').includes('..')) return 'must not have ".." in it';
  if (glob.startsWith('!')) return 'must not begin with "!"; name what fits';
  const cost = costProblem(glob);
  if (cost !== undefined) return cost;
  try {
    picomatch.makeRe(glob, { ...options, debug: true });
    return undefined;
  } catch {
    return 'is not a glob';
  }
}
