import path from 'node:path';
import type { Profile } from '../profiles/profile.ts';
import { HoldfastError, isAbsent } from './errors.ts';
import type { Ports } from './ports.ts';
import type { Resolution } from './root/resolve.ts';
import type { Settings } from './root/settings.ts';

/** What every call of the engine starts from: one workspace with its one root. Made by `root/open.ts`. */
export interface Context {
  ports: Ports;
  /** Absolute path of the workspace folder. */
  workspace: string;
  /** Absolute path of the root; it need not exist yet. */
  root: string;
  resolution: Resolution;
  profile: Profile;
  settings: Settings;
}

/** The vault's own directory in every root; never part of a snapshot or backup. */
export const vaultName = '.holdfast';

/** Where in the vault things lie. `docs/format.md` describes each. */
export function vaultPath(context: Pick<Context, 'root'>, ...parts: string[]): string {
  return path.join(context.root, vaultName, ...parts);
}

/**
 * Commands that read or change what is in the root need it to be there.
 *
 * @throws ROOT_MISSING
 */
export function requireRoot(context: Context): void {
  try {
    if (context.ports.fs.statSync(context.root).isDirectory()) return;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  throw new HoldfastError('ROOT_MISSING', 'The root does not exist yet.', {
    path: context.root,
    hint: 'Make it with: holdfast root init, or bring existing state into it with: holdfast migrate plan',
  });
}
