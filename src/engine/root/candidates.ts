import path from 'node:path';
import type { Profile } from '../../profiles/profile.ts';
import type { Candidate } from '../../protocol/root.ts';
import { HoldfastError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { findInCompose } from './compose.ts';
import { findInConfig } from './config-file.ts';
import { expandPath } from './expand.ts';
import { type SettingLayers, settingLevels } from './settings.ts';

/** A place that may name the root, before it is known which one wins. */
export interface FoundCandidate {
  kind: Candidate['kind'];
  name: string;
  value: string | null;
  /** Absolute; null when there is none or the value cannot be understood. */
  path: string | null;
  /** Where exactly this was found, or why there is nothing. */
  reason: string;
  /** Nothing is configured here. */
  unset?: true;
  /** Found and no use as a root, though no reason to stop (a named volume). */
  unusable?: true;
  /** Configured but not to be understood: the search must end here. */
  problem?: HoldfastError;
}

export interface CandidateInputs {
  ports: Pick<Ports, 'fs' | 'env' | 'home'>;
  workspace: string;
  rootFlag?: string | undefined;
  settings: SettingLayers;
  /** Set when the folder's settings file cannot be read, so that it is not known whether it configures a root. */
  settingsProblem?: HoldfastError | undefined;
  trusted: boolean;
  profile: Profile;
}

const fix = 'Correct it, or name the root with --root.';

/** Every place that may name the root, in the contract's order, whether it does or not. */
export function findCandidates(inputs: CandidateInputs): FoundCandidate[] {
  const { ports, workspace, profile } = inputs;
  const surroundings = { workspace, home: ports.home, env: ports.env };

  const described = (
    kind: Candidate['kind'],
    name: string,
    value: string | undefined,
    reason: string,
    unset: string,
  ): FoundCandidate => {
    if (value === undefined || value.trim() === '')
      return { kind, name, value: null, path: null, reason: unset, unset: true };
    try {
      return { kind, name, value, path: expandPath(value, surroundings), reason };
    } catch (error) {
      if (!HoldfastError.is(error)) throw error;
      return { kind, name, value, path: null, reason: error.message, problem: error };
    }
  };
  const broken = (
    kind: Candidate['kind'],
    name: string,
    file: string,
    reason: string,
    value?: string,
  ): FoundCandidate => {
    const at = path.join(workspace, file);
    const problem = new HoldfastError('INVALID_CONFIG', reason, { path: at, hint: fix });
    return { kind, name, value: value ?? null, path: null, reason, problem };
  };

  const settings = settingLevels.map((level): FoundCandidate => {
    const value = inputs.settings[level].root;
    const from = level === 'folder' ? 'the folder settings (.vscode/settings.json)' : `the ${level} settings`;
    if (level === 'folder' && inputs.settingsProblem) {
      const problem = inputs.settingsProblem;
      return { kind: 'setting', name: 'holdfast.root', value: null, path: null, reason: problem.message, problem };
    }
    if (value !== undefined && value !== null && typeof value !== 'string') {
      return broken('setting', 'holdfast.root', '.vscode/settings.json', `holdfast.root in ${from} is not a text.`);
    }
    return described('setting', 'holdfast.root', value ?? undefined, `Set in ${from}.`, `Not set in ${from}.`);
  });

  const environment = ['HOLDFAST_ROOT', ...profile.root.env].map(name =>
    described(
      'env',
      name,
      Object.hasOwn(ports.env, name) ? ports.env[name] : undefined,
      'Set in the environment.',
      'Not set in the environment.',
    ),
  );

  const config = profile.root.config.map(({ file, keys }): FoundCandidate => {
    const found = findInConfig(ports.fs, workspace, file, keys);
    const name = `${file}: ${keys.join('.')}`;
    if ('problem' in found) return broken('config', name, file, found.problem);
    const value = 'value' in found ? found.value : undefined;
    return described('config', name, value, `Set in ${file}.`, 'unset' in found ? found.unset : '');
  });

  const { containerPaths = [] } = profile.root;
  const nothing = { kind: 'compose', value: null, path: null, unset: true } as const;
  const compose =
    containerPaths.length === 0
      ? [{ ...nothing, name: 'compose.yaml', reason: `The profile ${profile.id} names no container path.` }]
      : findInCompose({ ...ports, workspace }, containerPaths).map((found): FoundCandidate => {
          const name = found.file;
          if ('unset' in found) return { ...nothing, name, reason: found.unset };
          if ('problem' in found) return broken('compose', name, name, found.problem, found.value);
          const { value } = found;
          if ('unusable' in found)
            return { kind: 'compose', name, value, path: null, reason: found.unusable, unusable: true };
          return { kind: 'compose', name, value, path: found.path, reason: found.reason };
        });

  return [
    described('flag', '--root', inputs.rootFlag, 'Given on the command line.', 'Not given.'),
    ...settings,
    ...environment,
    ...config,
    ...compose,
    described('default', profile.id, profile.root.default, `The default of the profile ${profile.id}.`, ''),
  ].map((found, index) => (inputs.trusted || index === 0 ? found : distrusted(found, found === settings.at(-1))));
}

/** In a workspace that is not trusted only the flag, the user's settings, the environment and our default count. */
function distrusted(found: FoundCandidate, fromUser: boolean): FoundCandidate {
  const ownWord = fromUser || found.kind === 'env' || found.kind === 'default';
  if (ownWord || found.unset) return found;
  const { problem: _, ...rest } = found;
  return { ...rest, unusable: true, reason: `Not considered: the workspace is not trusted. ${found.reason}` };
}
