import path from 'node:path';

/** A path as people name it: relative to the workspace folder with `/` when it lies inside, absolute otherwise. */
export function shownPath(workspace: string, absolute: string): string {
  const relative = path.relative(workspace, absolute);
  const outside =
    relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return outside ? absolute : relative.split(path.sep).join('/');
}
