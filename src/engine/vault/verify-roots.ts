import * as z from 'zod';
import { Sha256 } from '../../protocol/common.ts';
import { Snapshot } from '../../protocol/snapshots.ts';
import { type Context, vaultPath } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { type RecordKind, readRecord } from '../record.ts';
import { eachManifest } from '../snapshots/manifest.ts';
import { namesIn } from './names-in.ts';
import { versionKind } from './roots.ts';

/** A record that refers to a tree: whoever has it wants all that the tree holds. */
export interface TreeRoot {
  tree: string;
  snapshot?: string;
  /** Of a session: its location and number. */
  version?: string;
  /** Where in the root a path of the tree lies, if nothing has moved since. */
  livePath(path: string): string;
}

const Trashed = z.looseObject({ id: Snapshot.shape.id, tree: Sha256 });
const trashedKind: RecordKind<z.infer<typeof Trashed>> = { kind: 'snapshot', version: 1, schema: Trashed };

/** All that can be read: snapshots, those in the trash, versions of sessions. What cannot be is named by others. */
export async function treeRoots(context: Context, pace: Pace): Promise<TreeRoot[]> {
  const asItIs = (path: string) => path;
  const roots: TreeRoot[] = [];
  for (const { snapshot } of eachManifest(context)) {
    if (pace.due()) await pace.breathe();
    if (snapshot) roots.push({ tree: snapshot.tree, snapshot: snapshot.id, livePath: asItIs });
  }
  for (const name of namesIn(context, 'trash')) {
    if (pace.due()) await pace.breathe();
    const trashed = readOrNothing(context, trashedKind, vaultPath(context, 'trash', name));
    if (trashed) roots.push({ tree: trashed.tree, snapshot: trashed.id, livePath: asItIs });
  }
  for (const key of namesIn(context, 'sessions')) {
    for (const name of namesIn(context, 'sessions', key)) {
      if (pace.due()) await pace.breathe();
      const found = readOrNothing(context, versionKind, vaultPath(context, 'sessions', key, name));
      if (!found) continue;
      const { location, type, tree, version } = found;
      const content = type === 'dir' ? `${location}/content` : location;
      const livePath = (path: string) => (type === 'file' || path === '' ? content : `${content}/${path}`);
      roots.push({ tree, version: `${location} version ${version}`, livePath });
    }
  }
  return roots;
}

function readOrNothing<T>(context: Context, kind: RecordKind<T>, path: string): T | undefined {
  if (!path.endsWith('.json')) return undefined;
  try {
    return readRecord(context.ports, kind, path);
  } catch (error) {
    if (HoldfastError.is(error)) return undefined;
    throw error;
  }
}
