import type { Profile } from './profile.ts';

/** Any application: a directory that the user names, with one area. What is legacy is named with `--from`. */
export const generic: Profile = {
  id: 'generic',
  title: 'Any application',
  areas: [{ id: 'documents', title: 'Documents', secret: false, globs: ['**'] }],
  root: { env: [], config: [], default: 'data/workspace' },
  detect: () => true,
  legacySources: () => [],
  sessionLocations: () => [],
  readSession() {
    throw new Error('The generic profile knows no sessions.');
  },
};
