import path from 'node:path';
import { vaultName } from '../context.ts';
import { systemPath } from '../names.ts';
import type { Ports } from '../ports.ts';

/** Whether a directory is a vault, of whatever root: also one that has lost its record. */
export function isVault({ fs }: Pick<Ports, 'fs'>, directory: string): boolean {
  if (path.basename(directory) !== vaultName) return false;
  return ['vault.json', 'snapshots', 'packs'].some(
    name => fs.lstatSync(systemPath(path.join(directory, name)), { throwIfNoEntry: false }) !== undefined,
  );
}

/** The vault that a directory lies in, or is; by names alone, so it takes real paths. */
export function vaultAround(ports: Pick<Ports, 'fs'>, directory: string): string | undefined {
  for (let at = directory; path.dirname(at) !== at; at = path.dirname(at)) if (isVault(ports, at)) return at;
  return undefined;
}

/** The vaults of other roots below a directory. What the one at its top takes, its own restores decide. */
export class VaultsThere {
  readonly #ports: Ports;
  readonly #base: string;
  readonly #known = new Map<string, boolean>();

  constructor(ports: Ports, base: string) {
    this.#ports = ports;
    this.#base = base;
  }

  /** @param at relative to the base */
  holds(at: string): boolean {
    const name = `/${vaultName}`;
    for (let found = at.indexOf(name); found > 0; found = at.indexOf(name, found + 1)) {
      const end = found + name.length;
      if ((end === at.length || at[end] === '/') && this.#isVault(at.slice(0, end))) return true;
    }
    return false;
  }

  #isVault(at: string): boolean {
    const known = this.#known.get(at) ?? isVault(this.#ports, path.join(this.#base, at));
    this.#known.set(at, known);
    return known;
  }
}
