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

/** A name in a directory, and what it is the name of as far as the directory itself tells. */
export interface NamedEntry {
  name: string;
  kind: 'file' | 'dir' | 'other';
}

/** As `readNames`, with what each of them is. */
export function readEntries(fs: FileCalls, directory: string): NamedEntry[] {
  const path = systemPath(directory);
  const found = fs.readdirSync(path, { withFileTypes: true });
  const entries = found.some(({ name }) => name.includes('\ufffd'))
    ? fs
        .readdirSync(path, { withFileTypes: true, encoding: 'buffer' })
        .map(entry => ({ name: nameFromBytes(entry.name), kind: kindOf(entry) }))
    : found.map(entry => ({ name: entry.name, kind: kindOf(entry) }));
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): NamedEntry['kind'] {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'dir' : 'other';
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
