import path from 'node:path';
import { matchingProfiles, profileById } from '../../profiles/registry.ts';
import type { Context } from '../context.ts';
import { HoldfastError, isAbsent } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { refuseNewerVault } from '../vault/vault-record.ts';
import { resolveRoot } from './resolve.ts';
import { effectiveSettings, type RawSettings, readWorkspaceSettings, settingLayers } from './settings.ts';

export interface OpenOptions {
  /** The workspace folder; relative to the current directory of the process. */
  workspace: string;
  rootFlag?: string | undefined;
  profileFlag?: string | undefined;
  /**
   * What VS Code knows besides the folder's own `.vscode/settings.json`, which is always read from disk: the user's
   * settings and those of a `.code-workspace` file.
   */
  settings?: { user?: RawSettings | undefined; workspace?: RawSettings | undefined } | undefined;
  /** Whether the workspace may say where data goes. The command line is started by hand in it, so: true. */
  trusted?: boolean | undefined;
}

/**
 * One workspace with its root, profile and settings. Reads only; the root need not exist.
 *
 * @throws ROOT_UNUSABLE or INVALID_CONFIG with all candidates in `details`; NEWER_VERSION for a vault that a later Holdfast made
 */
export function openContext(ports: Ports, options: OpenOptions): Context {
  const context = explainContext(ports, options);
  const problem = context.resolution.problem ?? context.settingsProblem;
  if (problem) throw problem;
  const { settingsProblem: _, ...opened } = context;
  refuseNewerVault(opened);
  return opened;
}

/**
 * As `openContext`, but for those who explain: with a root that cannot be used the problem is in the resolution.
 *
 * @throws INVALID_CONFIG for an unknown profile or one of the workspace's own that cannot be understood, USAGE for a workspace folder that does not exist
 */
export function explainContext(ports: Ports, options: OpenOptions): Context & { settingsProblem?: HoldfastError } {
  const workspace = path.resolve(options.workspace);
  requireFolder(ports, workspace);
  const trusted = options.trusted ?? true;
  const surroundings = { workspace, home: ports.home, env: ports.env };

  let folder: RawSettings = {};
  let unreadable: HoldfastError | undefined;
  try {
    folder = readWorkspaceSettings(ports.fs, workspace);
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    unreadable = error;
  }
  const layers = settingLayers(folder, options.settings ?? {});
  let settings = effectiveSettings({ folder: {}, workspace: {}, user: {} }, trusted, surroundings);
  let settingsProblem = unreadable;
  try {
    settings = effectiveSettings(layers, trusted, surroundings);
  } catch (error) {
    if (!HoldfastError.is(error)) throw error;
    settingsProblem ??= error;
  }

  const profileId = options.profileFlag || settings.profile;
  const { fs, platform, env, home } = ports;
  const view = { fs, platform, env, home, workspace, root: workspace };
  const profile = profileId ? profileById(profileId, view, trusted) : matchingProfiles(view, trusted)[0];
  const resolution = resolveRoot({
    ports,
    workspace,
    rootFlag: options.rootFlag,
    settings: layers,
    settingsProblem: unreadable,
    trusted,
    profile,
  });
  const context: Context = { ports, workspace, root: resolution.root, resolution, profile, settings };
  return settingsProblem ? { ...context, settingsProblem } : context;
}

function requireFolder({ fs }: Ports, workspace: string): void {
  try {
    if (fs.statSync(workspace).isDirectory()) return;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  throw new HoldfastError('USAGE', 'The workspace folder does not exist.', {
    path: workspace,
    hint: 'Name the folder of the application with --workspace.',
  });
}
