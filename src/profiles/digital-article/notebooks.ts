import path from 'node:path';
import { isObject } from '../../engine/root/json-text.ts';
import type { ProfileView, SessionFacts, SessionLocation } from '../profile.ts';
import { readPythonJson, withoutMark } from '../reading/bounded-json.ts';
import { namesIn, realPath } from '../reading/directories.ts';
import { textOf, timeOf } from '../reading/python-text.ts';
import { notebookDirectories } from './places.ts';

/** Every notebook: those in the root, and those that still lie where the program has them and not yet in the root. */
export function sessionLocations(view: ProfileView): SessionLocation[] {
  const final = path.join(view.root, 'notebooks');
  const inRoot = namesIn(view, final).filter(isNotebook);
  const locations: SessionLocation[] = inRoot.map(name => ({ path: `notebooks/${name}`, legacy: false }));
  const seen = new Set(inRoot);
  for (const directory of notebookDirectories(view)) {
    if (realPath(view, directory) === realPath(view, final)) continue;
    for (const name of namesIn(view, directory).filter(isNotebook)) {
      if (seen.has(name)) continue;
      seen.add(name);
      locations.push({ path: `${directory}/${name}`, legacy: true });
    }
  }
  return locations;
}

function isNotebook(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.');
}

/**
 * What a notebook file says about itself. Its id is its file name, as the program addresses it. Python's `NaN` and
 * `Infinity` and a byte order mark are read over.
 *
 * @throws when it is no notebook, with a reason for people
 */
export function readNotebook(file: string, bytes: Buffer): SessionFacts {
  const json = readPythonJson(withoutMark(bytes));
  if ('kind' in json) throw new Error(`Not a notebook: ${json.problem}.`);
  const notebook = json.value;
  if (!isObject(notebook)) throw new Error('Not a notebook: it does not hold an object.');
  if (!Array.isArray(notebook.cells)) throw new Error('Not a notebook: it has no cells.');
  const createdAt = timeOf(notebook.created_at);
  const updatedAt = timeOf(notebook.updated_at) ?? createdAt;
  return {
    id: path.basename(file, '.json'),
    title: textOf(notebook.title) || 'Untitled',
    description: textOf(notebook.description),
    owner: textOf(notebook.author),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}
