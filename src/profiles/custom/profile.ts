import type { Profile } from '../profile.ts';
import { legacySources } from './legacy.ts';
import type { CustomProfile } from './schema.ts';
import { readSession, sessionLocations } from './sessions.ts';

/** A profile made of the data in `holdfast.profile.json`. */
export function customProfile(data: CustomProfile): Profile {
  const { sessions } = data;
  const { containerPath, ...root } = data.root;
  const profile: Profile = {
    id: data.id,
    title: data.title,
    areas: data.areas,
    root: { ...root, ...(containerPath === undefined ? {} : { containerPaths: [containerPath] }) },
    detect: () => true,
    legacySources: view => legacySources(view, data.legacy),
    sessionLocations: view => (sessions ? sessionLocations(view, profile, sessions) : []),
    readSession: (file, bytes) => {
      if (!sessions) throw new Error('The profile names no sessions.');
      return readSession(sessions, file, bytes);
    },
  };
  return profile;
}
