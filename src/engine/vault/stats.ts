import type { VaultStats } from '../../protocol/vault.ts';
import { type Context, requireRoot, vaultPath } from '../context.ts';
import { isAbsent } from '../errors.ts';
import { readManifests } from '../snapshots/manifest.ts';
import { listPacks, ObjectStore } from './object-store.ts';

/** How large the vault is on disk, and how much it holds. */
export async function vaultStats(context: Context): Promise<VaultStats> {
  requireRoot(context);
  const store = new ObjectStore(context);
  try {
    return {
      format: 1,
      packs: listPacks(context).length,
      objects: store.objects,
      bytes: bytesBelow(context, vaultPath(context)),
      snapshots: readManifests(context).snapshots.length,
      rawBytes: store.rawBytes,
    };
  } finally {
    await store.close();
  }
}

function bytesBelow(context: Context, directory: string): number {
  const { fs } = context.ports;
  let bytes = 0;
  try {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`;
      bytes += entry.isDirectory() ? bytesBelow(context, path) : fs.lstatSync(path).size;
    }
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
  return bytes;
}
