import { basename, isAbsolute, join, relative, sep } from 'node:path';

/** The directory of the copy that a path lies in, or is; `undefined` for a path that is not below `copies`. */
export function copyOf(copies: string, path: string): string | undefined {
  const [name] = relative(copies, path).split(sep);
  return !name || name === '..' || isAbsolute(name) ? undefined : join(copies, name);
}

/** A title as the name of a directory: without what some file system refuses, and short enough for all. */
export function directoryName(title: string): string {
  const plain = title.replaceAll(/[\\/:*?"<>|\p{C}]+/gu, '-').trim();
  return [...plain].slice(0, 60).join('');
}

/**
 * The folder that the window shows, and in it the one with the files. The folder above holds VS Code's settings for it,
 * which so do not mix with what the snapshot has.
 */
export function foldersOf(copy: string, label: string, root: string): { folder: string; content: string } {
  const folder = join(copy, directoryName(label));
  return { folder, content: join(folder, basename(root)) };
}
