import path from 'node:path';
import { isAbsent, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { readNames, specialKind } from '../../engine/read-directory.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { LegacyEntry, ProfileView } from '../profile.ts';
import { isThere, leadsIntoRoot, leadsNowhere, realPath } from './directories.ts';

/** Where a file belongs in the root, and what people should know about it. */
export interface Destination {
  target: string;
  note?: string | undefined;
}

export const emptyFolderNote = 'An empty folder, as every start of the program leaves one; kept.';

interface Gathering {
  view: ProfileView;
  /** Absolute. */
  directory: string;
  /** Of a file, link or empty directory, by its path relative to the directory. */
  destination: (path: string) => Destination;
  /** Directories that belong to somebody else, by their path: absolute, without links. They are not looked into. */
  claimed: ReadonlySet<string>;
  /** Why a directory is left out with all below it; `undefined` when it is not. */
  leaveOut?: (path: string) => string | undefined;
}

interface Gathered {
  entries: LegacyEntry[];
  /** Paths as people name them: relative to the workspace where they lie in it. */
  omitted: { path: string; reason: string }[];
}

/**
 * Everything in a directory: each file, link and empty directory as an entry, and everything else with the reason why it
 * is left out, so that nothing is left out silently (design rule 2). Links are moved as links; only those that lead into
 * the root are left out, for there they would lead to themselves.
 */
export function gather({ view, directory, destination, claimed, leaveOut }: Gathering): Gathered {
  const { fs } = view;
  const entries: LegacyEntry[] = [];
  const omitted: Gathered['omitted'] = [];
  const start = realPath(view, directory);
  const omit = (path: string, reason: string) => omitted.push({ path: shownPath(view.workspace, path), reason });

  const take = (at: string): void => {
    const source = at === '' ? directory : `${directory}/${at}`;
    const stats = fs.lstatSync(systemPath(source));
    if (at !== '' && stats.isDirectory()) {
      if (claimed.has(path.join(start, at))) return;
      const reason = leaveOut?.(at);
      if (reason !== undefined) return void omit(source, reason);
    }
    const special = specialKind(stats);
    if (special !== undefined) return void omit(source, `It is ${special}, not a file with contents.`);
    if (stats.isSymbolicLink() && at !== '' && leadsIntoRoot(view, source))
      return void omit(source, 'A link into the root.');
    if (stats.isDirectory() || at === '') {
      const names = readNames(fs, source);
      for (const name of names) attempt(at === '' ? name : `${at}/${name}`);
      if (names.length > 0 || at === '') return;
    }
    const { target, note = stats.isDirectory() ? emptyFolderNote : undefined } = destination(at);
    entries.push({ source, target, ...(note === undefined ? {} : { note }) });
  };
  const attempt = (at: string): void => {
    try {
      take(at);
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      if (at === '' && leadsNowhere(error) && isThere(view, directory)) omit(directory, 'A link that leads nowhere.');
      else if (!isAbsent(error)) omit(at === '' ? directory : `${directory}/${at}`, `It cannot be read (${code}).`);
    }
  };
  attempt('');
  return { entries, omitted };
}
