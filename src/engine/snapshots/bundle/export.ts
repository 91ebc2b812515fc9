import path from 'node:path';
import { type ExportResult, ExportSnapshot } from '../../../protocol/share.ts';
import type { Snapshot } from '../../../protocol/snapshots.ts';
import { appendLog } from '../../audit/log.ts';
import { type Context, requireRoot, vaultPath } from '../../context.ts';
import { linkNew, removeQuietly, syncDirectory, temporaryPath } from '../../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../../errors.ts';
import { Pace } from '../../pace.ts';
import type { Work } from '../../ports.ts';
import { encodeRecord } from '../../record.ts';
import { ObjectStore } from '../../vault/object-store.ts';
import { findSnapshot } from '../manifest.ts';
import { recordVisit } from '../visits/record-visit.ts';
import { bundleKind } from './format.ts';
import { type Selected, selectForBundle } from './select.ts';
import { BundleWriter } from './write.ts';

/**
 * Writes one snapshot into one file that `importSnapshot` reads on any machine. The file has its name only once it is
 * whole and durable. What secret areas hold is left out, and listed, unless asked for.
 *
 * @throws NOT_FOUND, CONFLICT (something is there, or in the vault), CORRUPT, DISK_FULL, CANCELLED; then no file is there
 */
export async function exportSnapshot(
  context: Context,
  reference: string,
  input: ExportSnapshot,
  work: Work,
): Promise<ExportResult> {
  requireRoot(context);
  const options = ExportSnapshot.parse(input);
  const snapshot = findSnapshot(context, reference);
  const file = path.resolve(context.workspace, options.file);
  checkPlace(context, file);
  const store = new ObjectStore(context);
  try {
    const selected = await selectForBundle(context, store, snapshot.tree, options.includeSecrets, work);
    const written = await writeBundle(context, store, file, snapshot, selected, work);
    const { files, bytes, omitted } = selected;
    appendLog(context, {
      action: 'snapshot.export',
      target: snapshot.id,
      details: { file, files, bytes, omitted: omitted.length, secrets: options.includeSecrets },
    });
    await recordVisit(context, snapshot);
    return { snapshot: snapshot.id, file, files, bytes, ...written, omitted };
  } finally {
    await store.close();
  }
}

function checkPlace(context: Context, file: string): void {
  const { fs } = context.ports;
  const directory = path.dirname(file);
  let real: string;
  try {
    real = fs.realpathSync(directory);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new HoldfastError('NOT_FOUND', 'There is no such directory to export to.', {
      path: directory,
      hint: 'Make it first.',
    });
  }
  const inVault = path.relative(fs.realpathSync(vaultPath(context)), real);
  if (inVault.split(path.sep)[0] !== '..' && !path.isAbsolute(inVault)) {
    throw new HoldfastError('CONFLICT', 'The file would lie in the vault.', {
      path: file,
      hint: 'Name another place.',
    });
  }
  if (fs.lstatSync(file, { throwIfNoEntry: false })) throw taken(file);
}

function taken(file: string): HoldfastError {
  return new HoldfastError('CONFLICT', 'Something of this name is there already.', {
    path: file,
    hint: 'Name another file, or remove this one first.',
  });
}

async function writeBundle(
  { ports }: Context,
  store: ObjectStore,
  file: string,
  snapshot: Snapshot,
  { trees, contents, omitted, tree, files, bytes }: Selected,
  work: Work,
): Promise<{ fileBytes: number; sha256: string }> {
  const { fs } = ports;
  const pace = new Pace(work);
  const skipped = [...snapshot.skipped, ...omitted];
  const record = encodeRecord(bundleKind, { snapshot: { ...snapshot, tree, files, bytes, skipped } }, ports.now());
  const temporary = temporaryPath(ports, path.dirname(file));
  try {
    const handle = fs.openSync(temporary, 'wx', 0o600);
    let sha256: string;
    let writer: BundleWriter;
    try {
      writer = new BundleWriter(fs, handle, record);
      const total = trees.size + contents.size;
      let done = 0;
      const breathe = async () => {
        done++;
        if (pace.due()) await pace.breathe({ phase: 'Exporting', done, total, unit: 'items' });
      };
      for (const [id, rewritten] of trees) {
        await writer.add(rewritten ?? store.get(id));
        await breathe();
      }
      await writer.endBlock();
      for (const id of inPlaceOrder(store, contents)) {
        // A file may hold the very bytes of a directory: one object.
        if (trees.has(id)) continue;
        await writer.add(store.get(id));
        await breathe();
      }
      sha256 = await writer.finish();
      pace.check();
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    if (!linkNew(ports, temporary, file)) throw taken(file);
    syncDirectory(ports, path.dirname(file));
    return { fileBytes: writer.bytes, sha256 };
  } catch (error) {
    throw asHoldfastError(error);
  } finally {
    removeQuietly(fs, temporary);
  }
}

/** As they lie in their packs, so that each block is read and decompressed once. */
function inPlaceOrder(store: ObjectStore, ids: ReadonlySet<string>): string[] {
  const placed = Array.from(ids, id => ({ id, place: store.locate(id) }));
  placed.sort(({ place: a }, { place: b }) => {
    if (!a || !b) return a ? 1 : b ? -1 : 0;
    return a.pack === b.pack ? a.offset - b.offset || a.at - b.at : a.pack < b.pack ? -1 : 1;
  });
  return placed.map(({ id }) => id);
}
