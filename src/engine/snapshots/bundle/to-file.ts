import path from 'node:path';
import { checkDirectory } from '../../check-directory.ts';
import { type Context, vaultPath } from '../../context.ts';
import { linkNew, removeQuietly, syncDirectory, temporaryPath } from '../../durable.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../../errors.ts';
import { Pace } from '../../pace.ts';
import type { Work } from '../../ports.ts';
import { encodeRecord } from '../../record.ts';
import { inPlaceOrder } from '../../vault/in-place-order.ts';
import type { ObjectStore } from '../../vault/object-store.ts';
import { type Bundle, bundleKind, longestRecord } from './format.ts';
import type { Selected } from './select.ts';
import { BundleWriter } from './write.ts';

/** @throws NOT_FOUND, CONFLICT where something lies already, or the vault, or below a file */
export function checkPlace(context: Context, file: string): void {
  const { fs } = context.ports;
  const directory = path.dirname(file);
  checkDirectory(fs, directory);
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

/**
 * Writes a bundle of these objects. The file has its name only once it is whole and durable.
 *
 * @throws CONFLICT, CORRUPT, DISK_FULL, CANCELLED; then no file is there
 */
export async function writeBundle(
  { ports }: Context,
  store: ObjectStore,
  file: string,
  bundle: Bundle,
  { trees, contents }: Pick<Selected, 'trees' | 'contents'>,
  work: Work,
): Promise<{ fileBytes: number; sha256: string }> {
  const { fs } = ports;
  const pace = new Pace(work);
  const record = encodeRecord(bundleKind, bundle, ports.now());
  if (record.length > longestRecord) {
    throw new HoldfastError('CONFLICT', 'There is too much to say about it for one file.', {
      path: file,
      hint: 'Nothing was written. A session with fewer versions fits: holdfast vault prune',
    });
  }
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
      for (const id of inPlaceOrder(store, contents, id => id)) {
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
    throw asHoldfastError(error, file);
  } finally {
    removeQuietly(fs, temporary);
  }
}
