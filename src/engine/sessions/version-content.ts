import path from 'node:path';
import type { Context } from '../context.ts';
import { HoldfastError } from '../errors.ts';
import { checkedPath } from '../names.ts';
import { walkTree } from '../snapshots/walk-tree.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { contentObjects, type FileEntry } from '../vault/tree.ts';
import { findWithDeleted } from './history.ts';
import { readVersion, type StoredVersion, sessionKey } from './versions.ts';

/**
 * The bytes of one file as a version has it.
 *
 * @param file absent: the only one that there is
 * @throws NOT_FOUND (session, version or file), USAGE when it has to be said which of several, CORRUPT
 */
export async function readVersionFile(
  context: Context,
  reference: string,
  version: number,
  file?: string,
): Promise<Buffer> {
  const { place } = findWithDeleted(context, reference);
  return versionFile(context, readVersion(context, sessionKey(place.location), version), file);
}

/** As above, of a version that was read already. */
export async function versionFile(context: Context, version: StoredVersion, file?: string): Promise<Buffer> {
  const store = new ObjectStore(context);
  try {
    const files = [...walkTree(store, version.tree)].filter(({ entry }) => entry.type === 'file');
    if (file === undefined && files.length > 1) {
      throw new HoldfastError('USAGE', `Version ${version.version} has ${files.length} files.`, {
        hint: 'Say which one.',
        details: { files: files.map(({ path: at }) => at) },
      });
    }
    const wanted = file === undefined ? undefined : checkedPath(file, context.ports.platform);
    const found = wanted === undefined ? files[0] : files.find(({ path: at }) => at === wanted);
    if (found) return Buffer.concat(contentObjects(found.entry as FileEntry).map(id => store.get(id)));
    throw new HoldfastError('NOT_FOUND', `Version ${version.version} has no such file.`, {
      path: path.posix.join(version.location, wanted ?? ''),
    });
  } finally {
    await store.close();
  }
}
