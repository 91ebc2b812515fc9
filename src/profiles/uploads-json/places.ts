import path from 'node:path';
import { systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import type { ProfileView } from '../profile.ts';
import { namesIn, realPath } from '../reading/directories.ts';

/**
 * Where the program keeps things. All its paths start at the directory that a process was started in, so one checkout
 * can hold several `uploads/`. The root has the same layout as such a directory: `uploads/` and `.state/`.
 */

/** A directory that some process was started in. */
export interface Start {
  /** Absolute. */
  directory: string;
  uploads?: string;
  state?: string;
}

/** The root that the profile has when nobody names another. */
export const defaultRoot = 'data/workspace';

const knownInAdmin =
  /^(plan_(settings|catalog|config)\.(json|tmp)|toss_\w+\.jsonl?|onboarding(_samples\.json)?|ops_\w+\.jsonl?|\w*audit\w*\.jsonl|rag_\w+\.jsonl?|(ui|campaign)_settings\.json|system_prompts\.json|guardrail\w*\.jsonl?)/;

/** Whether a directory called `uploads` is this program's, by names that only it uses. */
export function looksLikeUploads(view: ProfileView, directory: string): boolean {
  // Asked of a thousand directories that have none: an error for each would cost more than the question.
  if (!isDirectory(view, directory)) return false;
  return (
    names(view, `${directory}/admin`).some(name => knownInAdmin.test(name)) ||
    names(view, `${directory}/news`).includes('summary_cache.json') ||
    names(view, `${directory}/user_settings`).some(name => /^(lightmem|proactive)_preferences\.json$/.test(name))
  );
}

const syncStates = new Set(['audit_sync.json', 'reindex_sync.json']);

/**
 * Every directory that the program was started in, the one in force first: the usual root, where state was brought
 * together before; then the workspace; then others in the order of their names. The root itself is none.
 */
export function startsOf(view: ProfileView): Start[] {
  const root = realPath(view, view.root);
  const inRoot = (place: string) => {
    const real = realPath(view, place);
    return real === root || real.startsWith(root + path.sep);
  };
  const seen = new Set<string>();
  const starts: Start[] = [];
  const consider = (directory: string, isOurs: (uploads: string) => boolean) => {
    const start: Start = { directory };
    const uploads = path.join(directory, 'uploads');
    const state = path.join(directory, '.state');
    if (isDirectory(view, uploads) && !inRoot(uploads) && isOurs(uploads)) start.uploads = uploads;
    const synced = names(view, state).some(name => syncStates.has(name));
    if (isDirectory(view, state) && !inRoot(state) && (synced || start.uploads)) start.state = state;
    const key = realPath(view, start.uploads ?? start.state ?? directory);
    if ((!start.uploads && !start.state) || seen.has(key)) return;
    seen.add(key);
    starts.push(start);
  };
  const looksLike = (uploads: string) => looksLikeUploads(view, uploads);
  consider(path.join(view.workspace, defaultRoot), looksLike);
  consider(view.workspace, () => true);
  for (const directory of nearby(view)) if (!inRoot(directory)) consider(directory, looksLike);
  return starts;
}

/** Whether the workspace, or a directory close below it, holds what the program leaves. */
export function hasState(view: ProfileView): boolean {
  return [view.workspace, ...nearby(view)].some(directory => looksLikeUploads(view, `${directory}/uploads`));
}

const searched = 2;
const notSearched = new Set(['node_modules', 'uploads', '__pycache__', 'venv', 'dist', 'build']);

/** Directories in the workspace and in those, in the order of their paths; a process is rarely started deeper. */
function nearby(view: ProfileView): string[] {
  const found: string[] = [];
  const look = (directory: string, depth: number) => {
    for (const name of directoriesIn(view, directory)) {
      if (name.startsWith('.') || notSearched.has(name)) continue;
      const at = path.join(directory, name);
      found.push(at);
      if (depth < searched) look(at, depth + 1);
    }
  };
  look(view.workspace, 1);
  return found;
}

/** None also when they may not be read: what is asked here is whether there is something for us. */
function names(view: ProfileView, directory: string): string[] {
  try {
    return namesIn(view, directory);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

/** Links are not followed: a search must end. One call for all of them, since a workspace may hold many files. */
function directoriesIn({ fs }: ProfileView, directory: string): string[] {
  try {
    const entries = fs.readdirSync(systemPath(directory), { withFileTypes: true });
    return entries.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

function isDirectory({ fs }: ProfileView, place: string): boolean {
  try {
    return fs.statSync(systemPath(place), { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
