import path from 'node:path';
import { isObject } from '../../engine/root/json-text.ts';
import type { ProfileView, SessionFacts, SessionLocation } from '../profile.ts';
import { readJson, usable } from '../reading/bounded-json.ts';
import { isThere, namesIn } from '../reading/directories.ts';
import { stateFile, statePlaces } from './places.ts';
import { isoDate } from './state-warnings.ts';

/** The state is one file and so one session; those set aside in the root are further ones. */
export function sessionLocations(view: ProfileView): SessionLocation[] {
  const locations: SessionLocation[] = namesIn(view, path.join(view.root, 'earlier'))
    .map(name => ({ path: `earlier/${name}/${stateFile}`, legacy: false }))
    .filter(location => isThere(view, path.join(view.root, location.path)));
  if (isThere(view, path.join(view.root, stateFile))) return [{ path: stateFile, legacy: false }, ...locations];
  // Only the one that the program reads: all would have the same id.
  const first = statePlaces(view)
    .map(({ directory, file }) => path.join(directory, file))
    .find(file => isThere(view, file));
  return first === undefined ? locations : [{ path: first, legacy: true }, ...locations];
}

/**
 * What a state file says about itself.
 *
 * @throws when it is none, with a reason for people
 */
export function readState(file: string, bytes: Buffer): SessionFacts {
  const state: unknown = usable(readJson(bytes, 16 * 1024 * 1024)).value;
  if (!isObject(state) || !isObject(state.snapshot)) throw new Error('Not a state file: it has no snapshot.');
  const count = (key: string, what: string) => {
    const list = (state.snapshot as Record<string, unknown>)[key];
    return `${Array.isArray(list) ? list.length : 0} ${what}`;
  };
  const [, place] = /^earlier\/([^/]+)\//.exec(file) ?? [];
  const savedAt = state.savedAt;
  return {
    id: place === undefined ? 'workspace-state' : `workspace-state-${place}`,
    title: place === undefined ? 'Atlas workspace' : `Atlas workspace (earlier: ${place})`,
    description: [count('taskRuns', 'runs'), count('recoveryItems', 'recovery items'), count('apps', 'apps')].join(
      ', ',
    ),
    owner: '',
    ...(typeof savedAt === 'number' && Math.abs(savedAt) < 1e11 ? { updatedAt: isoDate(savedAt) } : {}),
  };
}
