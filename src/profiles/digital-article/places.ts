import path from 'node:path';
import { HoldfastError } from '../../engine/errors.ts';
import { findInConfig } from '../../engine/root/config-file.ts';
import type { ProfileView } from '../profile.ts';
import { isDirectory, namesIn, realPath } from '../reading/directories.ts';
import { isUuid } from '../reading/uuid.ts';

/** Where the program keeps things, as absolute paths. Its relative paths start at the project, our workspace folder. */

/** A notebook, or what an interrupted save or a failed load left of one. */
export function isNotebookFile(name: string): boolean {
  const [, stem] = /^(.*)\.json(?:\.tmp|\.corrupted)?$/.exec(name) ?? [];
  return stem !== undefined && isUuid(stem);
}

/** Directories that hold notebooks and exist: the one in force, and others where notebooks are found. */
export function notebookDirectories(view: ProfileView): string[] {
  const configured = view.env.NOTEBOOKS_DIR || fromConfig(view, 'notebooks_dir');
  const places = ['notebooks', 'data/notebooks']
    .map(place => path.resolve(view.workspace, place))
    .filter(place => namesIn(view, place).some(isNotebookFile));
  return existing(view, [...(configured ? [path.resolve(view.workspace, configured)] : []), ...places]);
}

/** Directories that the program has used as its workspace and that exist; the root among them where it is one. */
export function workspaceDirectories(view: ProfileView): string[] {
  const configured = [view.env.WORKSPACE_DIR, fromConfig(view, 'workspace_dir')].filter(text => !!text) as string[];
  // The last two come from starts in another directory, when the path was relative to that.
  const known = [
    'data/workspace',
    'backend/notebook_workspace',
    'backend/backend/notebook_workspace',
    'notebook_workspace',
  ];
  return existing(
    view,
    [...configured, ...known].map(place => path.resolve(view.workspace, place)),
  );
}

export function personasDirectory(view: ProfileView): string | undefined {
  return existing(view, [path.resolve(view.workspace, 'data/personas')])[0];
}

function fromConfig(view: ProfileView, key: string): string | undefined {
  const found = findInConfig(view.fs, view.workspace, 'config.json', ['paths', key]);
  if ('problem' in found) {
    throw new HoldfastError('INVALID_CONFIG', found.problem, {
      path: path.join(view.workspace, 'config.json'),
      hint: 'Correct it: it may name further places with state.',
    });
  }
  return 'value' in found ? found.value : undefined;
}

/** Those that are directories, each once whatever links lead to it. */
function existing(view: ProfileView, places: string[]): string[] {
  const seen = new Set<string>();
  return places.filter(place => {
    if (!isDirectory(view, place)) return false;
    const real = realPath(view, place);
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}
