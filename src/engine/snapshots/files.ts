import type { FileInfo } from '../../protocol/common.ts';
import { type Context, requireRoot } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { contentObjects, fileInfo } from '../vault/tree.ts';
import { findSnapshot } from './manifest.ts';
import { markSecrets } from './mark-secrets.ts';
import { walkTree } from './walk-tree.ts';

/**
 * What a snapshot holds, or what it holds at and below `path`.
 *
 * @throws NOT_FOUND when the snapshot has nothing at `path`, CORRUPT
 */
export async function listFiles(context: Context, reference: string, path = ''): Promise<FileInfo[]> {
  requireRoot(context);
  const snapshot = findSnapshot(context, reference);
  const chosen = checkedPath(path, context.ports.platform);
  const store = new ObjectStore(context);
  try {
    const files: FileInfo[] = [];
    for (const { path: at, entry, implied } of walkTree(store, snapshot.tree, chosen === '' ? [] : [chosen])) {
      if (!implied) files.push(fileInfo(at, entry));
    }
    if (chosen !== '' && files.length === 0) throw absent(snapshot.id, chosen);
    markSecrets(context, files, snapshot.scope.legacy?.secrets);
    return files;
  } finally {
    await store.close();
  }
}

/** The bytes of one file in a snapshot. @throws NOT_FOUND, CORRUPT */
export async function readSnapshotFile(context: Context, reference: string, path: string): Promise<Buffer> {
  requireRoot(context);
  const snapshot = findSnapshot(context, reference);
  const chosen = checkedPath(path, context.ports.platform);
  const store = new ObjectStore(context);
  try {
    for (const { path: at, entry } of walkTree(store, snapshot.tree, [chosen])) {
      if (at === chosen && entry.type === 'file') return Buffer.concat(contentObjects(entry).map(id => store.get(id)));
    }
    throw absent(snapshot.id, chosen);
  } finally {
    await store.close();
  }
}

function absent(id: string, path: string): HoldfastError {
  return new HoldfastError('NOT_FOUND', `Snapshot ${id} has nothing at this path.`, {
    path,
    hint: `See what it holds with: holdfast snapshot files ${id}`,
  });
}
