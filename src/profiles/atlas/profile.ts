import type { Profile } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { detect } from './places.ts';
import { readState, sessionLocations } from './sessions.ts';

/**
 * Atlas for Mac: one state file, which the program finds with `ATLAS_STATE_DIR`. `ATLAS_STATE_FILE` names a file and so
 * no root; where it points is a place that state comes from.
 *
 *     workspace-state.json     what the program reads
 *     earlier/<place>/…        state files that it does not read, because another one comes first
 */
export const atlas: Profile = {
  id: 'atlas',
  title: 'Atlas for Mac',
  areas: [
    { id: 'releases', title: 'Releases', secret: false, globs: ['releases/**'] },
    { id: 'state', title: 'Workspace state and recovery', secret: false, globs: ['**'] },
  ],
  root: { env: ['ATLAS_STATE_DIR'], config: [], default: 'data/workspace' },
  detect,
  legacySources,
  sessionLocations,
  readSession: readState,
};
