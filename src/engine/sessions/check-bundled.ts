import path from 'node:path';
import { checkedPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { isOwnPath } from '../placement/home.ts';
import type { BundleFile } from '../snapshots/bundle/bundle-file.ts';
import { corruptBundle, unsafeBundle } from '../snapshots/bundle/format.ts';
import { decodeTree } from '../vault/tree.ts';
import type { BundledSession } from './bundled.ts';
import { summaryOf } from './content.ts';
import { nativePlace } from './places.ts';
import { sessionKey } from './versions.ts';

/**
 * What can be told without the content: that it lies where a session may lie, and that its versions are its own and in
 * order. Retention may have taken some of them.
 *
 * @param file for messages
 * @throws CORRUPT, ARCHIVE_UNSAFE
 */
export function checkBundledSession(file: string, { location, words, versions }: BundledSession): void {
  if (!mayLieAt(location, words?.id)) throw unsafeBundle(file, 'its session lies where none can');
  const key = sessionKey(location);
  let before = 0;
  for (const version of versions) {
    if (version.key !== key || version.location !== location || version.version <= before)
      throw corruptBundle(file, 'its versions are not those of one session in order');
    if (words && version.type !== 'dir') throw corruptBundle(file, 'a version is not what its session is');
    before = version.version;
  }
  if (versions.at(-1)?.action === 'delete') throw corruptBundle(file, 'its session is deleted');
}

function mayLieAt(location: string, id: string | undefined): boolean {
  if (id !== undefined) return /^[a-z2-7]{20}$/.test(id) && location === nativePlace(id).location;
  try {
    return location !== '' && checkedPath(location, 'linux') === location && !isOwnPath(location);
  } catch {
    return false;
  }
}

/** That each version holds what it says. @throws CORRUPT */
export async function checkBundledVersions(
  bundle: BundleFile,
  { location, versions }: BundledSession,
  pace: Pace,
): Promise<void> {
  const hashes = new Map<string, string>();
  for (const { tree, contentHash, type } of versions) {
    const hash = hashes.get(tree) ?? summaryOf(bundle, tree).contentHash;
    hashes.set(tree, hash);
    if (hash !== contentHash) throw corruptBundle(bundle.path, 'a version is not what its hash says');
    const [only, ...others] = type === 'file' ? decodeTree(bundle.get(tree)) : [];
    if (type === 'file' && (only?.type !== 'file' || only.name !== path.posix.basename(location) || others.length > 0))
      throw corruptBundle(bundle.path, 'a version is not the one file that it says');
    if (pace.due()) await pace.breathe();
  }
}
