import { join } from 'node:path';
import type { Context } from '../context.ts';
import { vaultPath } from '../context.ts';

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
}

export const passingHomeName = '.holdfast-restore';

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
  };
}
