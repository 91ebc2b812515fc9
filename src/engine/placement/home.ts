import { join } from 'node:path';
import type { Context } from '../context.ts';
import { vaultName, vaultPath } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath, isWithin } from '../names.ts';

/**
 * Where a placement does its work: on the same file system as the files it places, private, and found again after a
 * crash. For the root it lies in the vault; for another directory in that directory, and goes with the placement.
 */
export interface PlacementHome {
  base: string;
  directory: string;
  lock: string;
  journal: string;
  staged: string;
  displaced: string;
  /** Whether the directory goes when the placement ends. */
  passing: boolean;
  /** In what no file call may be led out of: the base, and the vault where the home is in it. */
  held: string[];
}

const passingHomeName = '.holdfast-restore';

export function placementHome(context: Context, base: string): PlacementHome {
  const inRoot = base === context.root;
  const directory = inRoot ? vaultPath(context, 'placement') : join(base, passingHomeName);
  return {
    base,
    directory,
    lock: join(directory, 'lock.json'),
    journal: join(directory, 'journal.json'),
    staged: join(directory, 'staged'),
    displaced: join(directory, 'displaced'),
    passing: !inRoot,
    held: inRoot ? [base, vaultPath(context)] : [base],
  };
}

/** Parts of a vault that belong to processes at work here, or are made again, or put aside: in no backup, and never placed. */
export const passingVaultParts = ['cache', 'index', 'locks', 'placement', 'quarantine', 'tmp'].map(
  name => `${vaultName}/${name}`,
);

function isPassingHome(path: string): boolean {
  return path.includes(passingHomeName) && path.split('/').includes(passingHomeName);
}

/** Whether a path is Holdfast's own and so never captured. */
export function isOwnPath(path: string): boolean {
  return isWithin(path, vaultName) || isPassingHome(path);
}

/**
 * A path that a person gave for what is to be captured or compared, in Holdfast's form.
 *
 * @throws INVALID_NAME as `checkedPath`, and for what is Holdfast's own
 */
export function checkedOutsideVault(given: string, platform: NodeJS.Platform): string {
  const path = checkedPath(given, platform);
  if (!isOwnPath(path)) return path;
  throw new HoldfastError('INVALID_NAME', 'The path lies in the vault, which is in no snapshot.', {
    path: given,
    hint: 'Give a path of the application.',
  });
}

/** Whether nothing may be placed or removed at a path: a planted journal there would be carried out. */
export function isReserved(path: string): boolean {
  return isPassingHome(path) || (path.startsWith(vaultName) && passingVaultParts.some(part => isWithin(path, part)));
}
