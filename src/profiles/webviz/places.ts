import path from 'node:path';
import type { ProfileView } from '../profile.ts';
import { isDirectory, namesIn, realPath } from '../reading/directories.ts';
import { isContainer } from './documents.ts';
import { savedIdOf } from './local-storage.ts';

/** The root that the profile has when nobody names another, and where an export lies unless `--from` names it. */
export const defaultRoot = 'data/workspace';
export const exportDirectory = 'webviz-export';

export const localStorageFile = 'localStorage.json';

/** Directories with exported documents, the one that counts first: the root of before, then the export. */
export function exportDirectories(view: ProfileView): string[] {
  const root = realPath(view, view.root);
  return [defaultRoot, exportDirectory]
    .map(place => path.join(view.workspace, place))
    .filter(place => {
      const real = realPath(view, place);
      return real !== root && !real.startsWith(root + path.sep) && looksLikeExport(view, place);
    });
}

/** Whether a directory has what an export has, or what a root has that was made from one. */
export function looksLikeExport(view: ProfileView, directory: string): boolean {
  if (!isDirectory(view, directory)) return false;
  const names = new Set(namesIn(view, directory));
  // `sessions` is a name that many programs use: outside a directory with our name it takes more than that.
  if (path.basename(directory) === exportDirectory)
    return [...names].some(name => isContainer(name)) || names.has(localStorageFile);
  if (names.has('snapshot_access_logs') || names.has('system_properties')) return true;
  if (names.has('sessions') && names.has('snapshots')) return true;
  return namesIn(view, `${directory}/local`).some(name => savedIdOf(path.parse(name).name) !== undefined);
}
