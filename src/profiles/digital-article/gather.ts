import type { Stats } from 'node:fs';
import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import type { FileCalls } from '../../engine/ports.ts';
import { readNames, specialKind } from '../../engine/read-directory.ts';
import type { LegacyEntry } from '../profile.ts';

/** Where a file belongs in the root, and what people should know about it. */
export interface Destination {
  target: string;
  note?: string | undefined;
}

interface Gathering {
  fs: FileCalls;
  /** Absolute. */
  directory: string;
  /** Of a file, by its path relative to the directory. */
  destination: (path: string) => Destination;
  /** Directories that belong to somebody else, by their path: absolute, without links. They are not looked into. */
  claimed: ReadonlySet<string>;
  /** Why a directory is left out with all below it; `undefined` when it is not. */
  leaveOut?: (path: string) => string | undefined;
}

interface Gathered {
  entries: LegacyEntry[];
  /** Paths are absolute. */
  omitted: { path: string; reason: string }[];
}

/**
 * Everything in a directory: each regular file as an entry, and everything else with the reason why it is left out, so
 * that nothing is left out silently (design rule 2).
 */
export function gather({ fs, directory, destination, claimed, leaveOut }: Gathering): Gathered {
  const entries: LegacyEntry[] = [];
  const omitted: Gathered['omitted'] = [];
  const start = fs.realpathSync(directory);

  const walk = (at: string): void => {
    const here = at === '' ? directory : `${directory}/${at}`;
    let names: string[];
    try {
      names = readNames(fs, here);
    } catch (error) {
      if (!isAbsent(error)) omitted.push({ path: here, reason: `It cannot be read (${systemCode(error)}).` });
      return;
    }
    if (names.length === 0 && at !== '') {
      omitted.push({ path: here, reason: 'An empty folder, as every start of the program leaves one.' });
    }
    for (const name of names) {
      const relative = at === '' ? name : `${at}/${name}`;
      const source = `${directory}/${relative}`;
      let stats: Stats;
      try {
        stats = fs.lstatSync(systemPath(source));
      } catch (error) {
        if (!isAbsent(error)) omitted.push({ path: source, reason: `It cannot be read (${systemCode(error)}).` });
        continue;
      }
      if (stats.isDirectory() && claimed.has(path.join(start, relative))) continue;
      const reason = stats.isDirectory() ? leaveOut?.(relative) : whyNotFile(stats);
      if (reason !== undefined) omitted.push({ path: source, reason });
      else if (stats.isDirectory()) walk(relative);
      else {
        const { target, note } = destination(relative);
        entries.push({ source, target, ...(note === undefined ? {} : { note }) });
      }
    }
  };
  walk('');
  return { entries, omitted };
}

function whyNotFile(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'A symbolic link; links are not followed.';
  const kind = specialKind(stats);
  return kind === undefined ? undefined : `It is ${kind}, not a file with contents.`;
}
