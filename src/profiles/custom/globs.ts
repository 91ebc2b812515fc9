import picomatch from 'picomatch';

// Names may begin with a dot and hold line breaks, and mean the same on every system.
const options = { dot: true, windows: false, flags: 's' };

/** Whether a path, with `/` between its parts, fits one of the globs; none fits no globs. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  return picomatch([...globs], options);
}

/** Why a glob cannot fit any path that is relative to a directory; `undefined` when it can. */
export function globProblem(glob: string): string | undefined {
  if (glob.startsWith('/') || /^[a-z]:[/\\]/i.test(glob)) return 'must be relative, not absolute';
  if (glob.split('/').includes('..')) return 'must not have ".." in it';
  if (glob.startsWith('!')) return 'must not begin with "!"; name what fits';
  try {
    picomatch.makeRe(glob, { ...options, debug: true });
    return undefined;
  } catch {
    return 'is not a glob';
  }
}
