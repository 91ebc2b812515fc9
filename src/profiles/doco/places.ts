import path from 'node:path';
import { systemCode } from '../../engine/errors.ts';
import { isWithin } from '../../engine/names.ts';
import { expandPath } from '../../engine/root/expand.ts';
import { shownPath } from '../../engine/root/shown-path.ts';
import type { ProfileView } from '../profile.ts';
import { isDirectory, isThere, namesIn, realPath } from '../reading/directories.ts';
import { isUuid } from '../reading/uuid.ts';

/** Names of the data directory, the contract's order first; the program itself reads the newest that it knows. */
export const dataVariables = ['DOCO_DATA_DIR', 'GOFR_DOC_DATA_DIR', 'GOFR_DOC_DATA', 'DOCO_DATA'] as const;

/** A directory that the program keeps state in, or did. */
export interface DataPlace {
  title: string;
  /** Absolute. */
  path: string;
  /** Where it stands in the data directory: nothing for a whole one, or `storage/` or `images/`. */
  part: '' | 'storage/' | 'images/';
  /** Where it goes in the root: nothing, or a path that ends in `/`. */
  prefix: string;
  /** Set for the root, of which only what is in a legacy shape counts. */
  isRoot: boolean;
}

/**
 * The data directories that exist, the root first where it is one. A data directory is one thing: its index and its
 * blobs go together. So the first becomes the root's own, and the others stay whole in a directory of their own: the
 * one of the tests in `test/` (or, in a root for tests, the real one in `prod/`), further ones below `earlier/`.
 *
 * @throws INVALID_CONFIG when a variable cannot be understood
 */
export function dataPlaces(view: ProfileView): DataPlace[] {
  const { workspace } = view;
  const root = realPath(view, view.root);
  const tests = realPath(view, path.join(workspace, 'test/data'));
  const real = realPath(view, path.join(workspace, 'data'));
  const variables = (names: readonly string[], part: DataPlace['part']) =>
    names.flatMap(name => {
      const place = variable(view, name);
      return place === undefined ? [] : [{ path: place, title: `Where ${name} points`, part }];
    });
  const wholes = [
    ...variables(dataVariables, ''),
    { path: path.join(workspace, 'data'), title: 'Data directory', part: '' as const },
    { path: path.join(workspace, 'test/data'), title: 'Data directory of the tests', part: '' as const },
  ];
  const parts = [
    ...variables(['GOFR_DOC_STORAGE_DIR', 'GOFR_DOC_STORAGE'], 'storage/'),
    ...variables(['GOFR_DOC_IMAGES_DIR'], 'images/'),
  ];
  const seen = new Set<string>();
  const places: DataPlace[] = [];
  if (isDirectory(view, view.root)) {
    seen.add(root);
    places.push({ title: 'Root', path: view.root, part: '', prefix: '', isRoot: true });
  }
  const taken = new Set<string>();
  const rankOf = (part: string) => [...taken].some(one => one === '' || part === '' || one === part);
  for (const { path: place, title, part } of [...wholes, ...parts]) {
    if (!isDirectory(view, place)) continue;
    const at = realPath(view, place);
    // A part inside a whole comes with it.
    if (seen.has(at) || (part !== '' && [...seen].some(one => isInside(at, one)))) continue;
    seen.add(at);
    const prefixOf = () => {
      if (at === tests) return 'test/';
      if (root === tests && at === real) return 'prod/';
      if (!rankOf(part)) {
        taken.add(part);
        return '';
      }
      return `earlier/${slugOf(shownPath(workspace, place), places)}/`;
    };
    places.push({ title, path: place, part, prefix: prefixOf(), isRoot: false });
  }
  return places;
}

/** What an environment variable says, absolute; nothing when it is empty. */
export function variable({ env, workspace, home }: ProfileView, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value.trim() === '' ? undefined : expandPath(value, { workspace, home, env });
}

export function isInside(place: string, directory: string): boolean {
  const [inner, outer] = [place, directory].map(one => one.split(path.sep).join('/')) as [string, string];
  return isWithin(inner, outer.replace(/\/$/, ''));
}

/** A name for a directory of the root, the same for the same place, and no other place's. */
export function slugOf(shown: string, places: readonly { prefix: string }[]): string {
  const slug = shown.replaceAll(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'data';
  const isTaken = (name: string) => places.some(place => place.prefix === `earlier/${name}/`);
  let free = slug;
  for (let count = 2; isTaken(free); count++) free = `${slug}-${count}`;
  return free;
}

/** The uuid of a directory that the documents describe: `session_<uuid>`. */
export function sessionDirectoryId(name: string): string | undefined {
  const [, id] = /^session_(.+)$/.exec(name) ?? [];
  return id !== undefined && isUuid(id) ? id : undefined;
}

/** Where such directories may lie in a data directory; the documents say the first. */
export const sessionDirectoryParents = ['storage', 'sessions', ''] as const;

/** `logs/gofr-doc_tokens.json` and the like, with what an interrupted save or an editor left beside them. */
export function isTokenStore(name: string): boolean {
  return /_tokens\.json(?:$|[.~])/.test(name);
}

/** Token stores outside the data directories: in `logs/`, and where variables point. Absolute, each once. */
export function tokenStores(view: ProfileView): string[] {
  const logs = path.join(view.workspace, 'logs');
  const named = ['DOCO_TOKEN_STORE', 'GOFR_DOC_TOKEN_STORE'].map(name => variable(view, name));
  const stores = [
    ...namesIn(view, logs)
      .filter(isTokenStore)
      .map(name => path.join(logs, name)),
    ...named.filter(store => store !== undefined),
  ];
  const seen = new Set<string>();
  return stores.filter(store => {
    // Of a link the place counts, and not what it leads to: the link is what the program finds.
    const real = path.join(realPath(view, path.dirname(store)), path.basename(store));
    if (seen.has(real) || !isThere(view, store)) return false;
    seen.add(real);
    return true;
  });
}

/** Whether the workspace has doco's code, or what doco or gofr-doc leaves there. */
export function detect(view: ProfileView): boolean {
  const { fs, workspace } = view;
  const names = (directory: string) => {
    try {
      return namesIn(view, path.join(workspace, directory));
    } catch (error) {
      if (systemCode(error) !== undefined) return [];
      throw error;
    }
  };
  if (fs.existsSync(path.join(workspace, 'app/management/storage_manager.py'))) return true;
  if (names('logs').some(name => /^(doco|gofr[-_]doc)_tokens\.json$/.test(name))) return true;
  return ['data', 'test/data'].some(
    data =>
      fs.existsSync(path.join(workspace, data, 'storage/metadata.json')) ||
      fs.existsSync(path.join(workspace, data, 'storage/public')) ||
      fs.existsSync(path.join(workspace, data, 'auth/tokens.json')) ||
      names(`${data}/storage`).some(name => sessionDirectoryId(name) !== undefined) ||
      names(`${data}/sessions`).some(name => name.endsWith('.json') && isUuid(name.slice(0, -'.json'.length))),
  );
}
