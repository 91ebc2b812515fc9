import type { Profile } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { dataVariables, detect } from './places.ts';
import { readSession } from './session-file.ts';
import { sessionLocations } from './sessions.ts';

/** The same in the root and in the data directories that are kept whole beside it. */
function everywhere(...globs: string[]): string[] {
  return ['', 'test/', 'prod/', 'earlier/*/'].flatMap(prefix => globs.map(glob => prefix + glob));
}

/**
 * doco, since renamed gofr-doc: documents assembled in sessions. The root is the data directory as the program has it:
 *
 *     sessions/<uuid>.json           storage/<guid>.<format>, metadata.json (their index)      auth/
 *     images/                        storage/<group>/<guid>.json (rendered documents)          templates/ …
 *     test/  earlier/<place>/        further data directories, each whole
 */
export const doco: Profile = {
  id: 'doco',
  title: 'doco (gofr-doc)',
  areas: [
    { id: 'auth', title: 'Tokens and groups', secret: true, globs: [...everywhere('auth/**'), '**/*_tokens.json*'] },
    { id: 'sessions', title: 'Sessions', secret: false, globs: everywhere('sessions/**', 'storage/session_*/**') },
    { id: 'documents', title: 'Rendered documents', secret: false, globs: everywhere('storage/*/*', 'storage/*/*/**') },
    { id: 'uploads', title: 'Blobs and images', secret: false, globs: everywhere('storage/*', 'images/**') },
    {
      id: 'settings',
      title: 'Templates, fragments and styles',
      secret: false,
      globs: everywhere('templates/**', 'fragments/**', 'styles/**', 'docs/**'),
    },
    { id: 'releases', title: 'Releases', secret: false, globs: ['releases/**'] },
  ],
  root: {
    env: dataVariables,
    config: [],
    containerPaths: ['/home/doco/devroot/doco/data', '/home/gofr-doc/data'],
    default: 'data',
  },
  detect,
  legacySources,
  sessionLocations,
  readSession,
};
