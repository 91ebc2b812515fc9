import path from 'node:path';
import type { Profile, ProfileView } from '../profile.ts';
import { exportSource, legacySources } from './legacy.ts';
import { defaultRoot, exportDirectory, looksLikeExport } from './places.ts';
import { readSession, sessionLocations } from './sessions.ts';

/**
 * Webviz: sessions and snapshots that lie in a database, and unsaved edits in the browser's storage. On a disk there is
 * only what somebody exported; the root has the names of the database's containers:
 *
 *     sessions/   local/ (unsaved sessions)   snapshots/   snapshot_access_logs/
 *     settings/localStorage.json   system_properties/<container>/ (what the database added to each document)
 *
 * Its environment names (`WEBVIZ_COSMOS_DB_URL`, `WEBVIZ_COSMOS_DB_EMULATOR_HOST`) name a database, no directory.
 */
export const webviz: Profile = {
  id: 'webviz',
  title: 'Webviz',
  areas: [
    { id: 'sessions', title: 'Sessions', secret: false, globs: ['sessions/**', 'local/**'] },
    // A snapshot and the logs of its visits are one area: whoever takes one takes the other.
    {
      id: 'documents',
      title: 'Snapshots and their visits',
      secret: false,
      globs: ['snapshots/**', 'snapshot_access_logs/**'],
    },
    { id: 'settings', title: 'Preferences', secret: false, globs: ['settings/**'] },
    { id: 'state', title: 'System properties of the database', secret: false, globs: ['system_properties/**'] },
  ],
  root: { env: [], config: [], default: defaultRoot },
  detect,
  legacySources,
  sourceFrom: (view, directory) => (looksLikeExport(view, directory) ? exportSource(view, directory) : undefined),
  sessionLocations,
  readSession,
};

const sources = ['frontend/src/framework/internal/persistence', 'backend_py/primary/primary/persistence'];

function detect(view: ProfileView): boolean {
  if (sources.some(place => view.fs.existsSync(path.join(view.workspace, place)))) return true;
  return [exportDirectory, defaultRoot].some(place => looksLikeExport(view, path.join(view.workspace, place)));
}
