import path from 'node:path';
import { findInConfig } from '../../engine/root/config-file.ts';
import { configurationText } from '../../engine/root/configuration-text.ts';
import { parseJson } from '../../engine/root/json-text.ts';
import type { Profile, ProfileView } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { readNotebook, sessionLocations } from './notebooks.ts';

const hex = '[0-9a-fA-F]';
const uuid = [8, 4, 4, 4, 12].map(count => hex.repeat(count)).join('-');

/**
 * Digital Article: notebooks that write themselves. Its own layout scatters state over three directories; the final one
 * is the workspace root (`data/workspace`) as the program has it, with the rest brought in beside it:
 *
 *     notebooks/<uuid>.json     <uuid>/state/   user_settings/   personas/custom/
 *     <uuid>/data/ (uploads)    traces/         releases/ (left free for immutable publications)
 */
export const digitalArticle: Profile = {
  id: 'digital-article',
  title: 'Digital Article',
  areas: [
    { id: 'sessions', title: 'Notebooks', secret: false, globs: ['notebooks/**'] },
    { id: 'settings', title: 'User settings', secret: true, globs: ['user_settings/**'] },
    { id: 'documents', title: 'Personas', secret: false, globs: ['personas/**'] },
    { id: 'traces', title: 'Traces', secret: false, globs: ['traces/**'] },
    { id: 'releases', title: 'Releases', secret: false, globs: ['releases/**'] },
    { id: 'state', title: 'Execution state', secret: false, globs: [`${uuid}/state/**`] },
    { id: 'uploads', title: 'Uploads and results', secret: false, globs: [`${uuid}/**`, 'shared/**'] },
  ],
  root: {
    env: ['WORKSPACE_DIR'],
    config: [{ file: 'config.json', keys: ['paths', 'workspace_dir'] }],
    containerPaths: ['/app/data/workspace'],
    default: 'data/workspace',
  },
  detect,
  legacySources,
  sessionLocations,
  readSession: readNotebook,
};

function detect(view: ProfileView): boolean {
  const has = (name: string) => view.fs.existsSync(path.join(view.workspace, name));
  if (has('backend/notebook_workspace') || (has('data/notebooks') && has('data/workspace'))) return true;
  if (isBroken(view)) return true;
  const says = (...keys: string[]) => 'value' in findInConfig(view.fs, view.workspace, 'config.json', keys);
  return (
    says('paths', 'workspace_dir') || says('paths', 'notebooks_dir') || (says('llm', 'provider') && has('backend/app'))
  );
}

/**
 * A config file that no reader understands may be the one that names the root. It is taken for ours, so that looking
 * for the root stops with an error instead of settling for a default (design rule 8).
 */
function isBroken({ fs, workspace }: ProfileView): boolean {
  const read = configurationText(fs, path.join(workspace, 'config.json'));
  return read !== undefined && ('problem' in read || 'problem' in parseJson(read.text, true));
}
