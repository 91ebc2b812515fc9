import { nameFromBytes, systemPath } from './names.ts';
import type { FileCalls } from './ports.ts';

/**
 * The names in a directory, sorted by UTF-16 code units. Asking for bytes is slow, so it is done only where a name came
 * back with the replacement character: there, some byte was not UTF-8 (or the character is really in the name).
 */
export function readNames(fs: FileCalls, directory: string): string[] {
  const names = fs.readdirSync(systemPath(directory));
  if (!names.some(name => name.includes('\ufffd'))) return names.sort();
  return fs.readdirSync(systemPath(directory), { encoding: 'buffer' }).map(nameFromBytes).sort();
}

/** What kind of thing lies there that Holdfast does not capture; `undefined` for a file, directory or link. */
export function specialKind(stat: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}): string | undefined {
  if (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()) return undefined;
  return stat.isFIFO() ? 'a named pipe' : stat.isSocket() ? 'a socket' : 'a device';
}
