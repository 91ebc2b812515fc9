import type { Snapshot } from '../../../protocol/snapshots.ts';
import type { Workspace } from '../../workspace.ts';

/** Where what a snapshot holds lies now: its paths are relative to the root, those of legacy state to the workspace. */
export async function livePlaceOf(workspace: Workspace, snapshot: Snapshot): Promise<string> {
  if (snapshot.scope.legacy) return workspace.path;
  return workspace.root?.root ?? (await (await workspace.client()).root()).root;
}
