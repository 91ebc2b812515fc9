import path from 'node:path';
import type { ProfileView, SessionLocation } from '../profile.ts';
import { namesIn } from '../reading/directories.ts';
import { isUuid } from '../reading/uuid.ts';
import { documentedSessions } from './documented.ts';
import { dataPlaces } from './places.ts';

/** Every session of every data directory, each id once: in the root, then where legacy ones lie, in both layouts. */
export function sessionLocations(view: ProfileView): SessionLocation[] {
  const inRoot = sessionFiles(view, path.join(view.root, 'sessions'));
  const locations: SessionLocation[] = inRoot.map(name => ({ path: `sessions/${name}`, legacy: false }));
  const seen = new Set(inRoot);
  const add = (name: string, location: SessionLocation) => {
    if (seen.has(name)) return;
    seen.add(name);
    locations.push(location);
  };
  for (const directory of setAside(view))
    for (const name of sessionFiles(view, path.join(view.root, directory, 'sessions')))
      add(name, { path: `${directory}/sessions/${name}`, legacy: false });
  for (const place of dataPlaces(view)) {
    if (!place.isRoot && place.part === '')
      for (const name of sessionFiles(view, path.join(place.path, 'sessions')))
        add(name, { path: path.join(place.path, 'sessions', name), legacy: true });
    for (const { id, directory } of documentedSessions(view, place))
      add(`${id}.json`, { path: path.join(directory, 'metadata.json'), legacy: true });
  }
  return locations;
}

/** Data directories in the root that are not the one in force. */
function setAside(view: ProfileView): string[] {
  return ['test', 'prod', ...namesIn(view, path.join(view.root, 'earlier')).map(name => `earlier/${name}`)];
}

/** By name, so that what an editor or another program put there is not taken for a session. */
function sessionFiles(view: ProfileView, directory: string): string[] {
  return namesIn(view, directory).filter(name => name.endsWith('.json') && isUuid(name.slice(0, -'.json'.length)));
}
