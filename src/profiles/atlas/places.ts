import path from 'node:path';
import { HoldfastError, systemCode } from '../../engine/errors.ts';
import { systemPath } from '../../engine/names.ts';
import { expandPath } from '../../engine/root/expand.ts';
import type { ProfileView } from '../profile.ts';
import { realPath } from '../reading/directories.ts';

export const stateFile = 'workspace-state.json';
const applicationSupport = 'Library/Application Support/AtlasForMac';

/** A place where the program looks for its state, or did. */
export interface StatePlace {
  /** Names the place in the root, where its state is not the one that is in force. */
  id: 'state-file' | 'state-dir' | 'home' | 'workspace';
  title: string;
  /** Absolute. */
  directory: string;
  /** The name of the state file in it. */
  file: string;
  /** Whether everything in the directory is the program's. Where a variable points, other things may lie beside. */
  owned: boolean;
}

/**
 * The places in the order in which the program takes them, the last one being a copy of a home directory in the
 * workspace. The root is not among them, nor what leads to it or is named twice.
 *
 * @throws INVALID_CONFIG when a variable cannot be understood
 */
export function statePlaces(view: ProfileView): StatePlace[] {
  const { workspace, home, env } = view;
  const variable = (name: string) => {
    const value = env[name];
    return value === undefined || value.trim() === '' ? undefined : expandPath(value, { workspace, home, env });
  };
  const file = variable('ATLAS_STATE_FILE');
  const directory = variable('ATLAS_STATE_DIR');
  const at = (base: string) => ({ directory: path.join(base, applicationSupport), file: stateFile, owned: true });
  const places: StatePlace[] = [
    ...(file ? [named('state-file', 'ATLAS_STATE_FILE', path.dirname(file), path.basename(file))] : []),
    ...(directory ? [named('state-dir', 'ATLAS_STATE_DIR', directory, stateFile)] : []),
    { id: 'home', title: 'State in the home directory', ...at(home) },
    { id: 'workspace', title: 'State in the workspace', ...at(workspace) },
  ];
  const seen = new Set([path.join(realPath(view, view.root), stateFile)]);
  return places.filter(place => {
    const real = path.join(realPath(view, place.directory), place.file);
    if (seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

function named(id: StatePlace['id'], variable: string, directory: string, file: string): StatePlace {
  return { id, title: `State where ${variable} points`, directory, file, owned: false };
}

/** Preferences of the program, which macOS keeps and caches: absolute. */
export function preferences({ fs, home, workspace }: ProfileView): string[] {
  return [...new Set([home, workspace])].flatMap(base => {
    const directory = path.join(base, 'Library/Preferences');
    try {
      const names = fs.readdirSync(systemPath(directory)).sort();
      return names.filter(name => /^com\.atlasformac\..*plist/i.test(name)).map(name => path.join(directory, name));
    } catch (error) {
      // Not the program's directory: what cannot be read there is none of its state.
      if (systemCode(error) !== undefined) return [];
      throw error;
    }
  });
}

/** Whether the workspace has Atlas's code or state, or a variable or the home directory leads to such state. */
export function detect(view: ProfileView): boolean {
  const { fs, workspace } = view;
  if (fs.existsSync(path.join(workspace, applicationSupport))) return true;
  if (fs.existsSync(path.join(workspace, 'Packages/AtlasInfrastructure'))) return true;
  try {
    return statePlaces(view).some(({ directory, file }) => fs.existsSync(path.join(directory, file)));
  } catch (error) {
    // A variable that cannot be understood says nothing about the workspace.
    if (HoldfastError.is(error)) return false;
    throw error;
  }
}
