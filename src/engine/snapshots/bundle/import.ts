import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type ImportResult, ImportSnapshot } from '../../../protocol/share.ts';
import { Labels, type Snapshot } from '../../../protocol/snapshots.ts';
import { appendLog } from '../../audit/log.ts';
import { type Context, requireRoot } from '../../context.ts';
import { HoldfastError } from '../../errors.ts';
import { Pace } from '../../pace.ts';
import type { Work } from '../../ports.ts';
import { storing } from '../../vault/storing.ts';
import { ensureVault } from '../../vault/vault-record.ts';
import { commitSnapshot, findSnapshot, hasSnapshot } from '../manifest.ts';
import { BundleFile } from './bundle-file.ts';
import { otherBundle } from './format.ts';
import { inspectBundle } from './inspect.ts';
import { storeObjects } from './store-objects.ts';

/**
 * Takes a snapshot out of a bundle into the vault, under the id that it has. The bundle is read to its end and checked
 * before anything is written; a snapshot that is here already stays as it is.
 *
 * @throws ROOT_MISSING, NOT_FOUND, CORRUPT, ARCHIVE_UNSAFE, NEWER_VERSION, CONFLICT (another snapshot has this id),
 * DISK_FULL, CANCELLED; then there is no new snapshot
 */
export async function importSnapshot(context: Context, input: ImportSnapshot, work: Work): Promise<ImportResult> {
  requireRoot(context);
  const file = path.resolve(context.workspace, ImportSnapshot.parse(input).file);
  const bundle = new BundleFile(context.ports, file);
  try {
    const pace = new Pace(work);
    const inspected = await inspectBundle(bundle, context.ports.platform, pace);
    if (!('snapshot' in inspected.record)) throw otherBundle(file, 'session');
    const { snapshot } = inspected.record;
    const present = presentAlready(context, snapshot);
    if (present) return { snapshot: present, imported: false };
    ensureVault(context);
    await storing(context, async store => {
      await storeObjects(store, bundle, inspected, pace);
      commitSnapshot(context, snapshot, store);
    });
    appendLog(context, {
      action: 'snapshot.import',
      target: snapshot.id,
      details: { file, files: snapshot.files, bytes: snapshot.bytes, rootId: snapshot.rootId },
    });
    return { snapshot, imported: true };
  } finally {
    bundle.close();
  }
}

/** @throws CONFLICT */
function presentAlready(context: Context, snapshot: Snapshot): Snapshot | undefined {
  if (!hasSnapshot(context, snapshot.id)) return undefined;
  const present = findSnapshot(context, snapshot.id);
  if (isDeepStrictEqual(withoutLabels(present), withoutLabels(snapshot))) return present;
  throw new HoldfastError('CONFLICT', `There is another snapshot ${snapshot.id} here.`, {
    hint: 'It may have been exported without its secrets. Nothing was changed.',
    details: { tree: present.tree, treeInFile: snapshot.tree },
  });
}

/** Words can be changed on either side; they make no other snapshot of it. */
function withoutLabels(snapshot: Snapshot): Partial<Snapshot> {
  return Object.fromEntries(Object.entries(snapshot).filter(([key]) => !Object.hasOwn(Labels.shape, key)));
}
