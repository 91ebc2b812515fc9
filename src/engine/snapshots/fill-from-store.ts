import type { Context } from '../context.ts';
import { asHoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { FilesOfBlock, Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Ports, Work } from '../ports.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { objectsAhead } from '../vault/objects-ahead.ts';
import { packPath } from '../vault/pack-reader.ts';
import { contentObjects } from '../vault/tree.ts';

/** With fewer files, or bytes in large files, another thread takes longer to start than it saves. */
const worthThreads = { files: 2000, bytes: 32 * 1024 * 1024 };

/** Nobody can cancel while these are written; many files may have the same bytes, and so be of one block. */
const mostAtOnce = { files: 500, bytes: 4 * 1024 * 1024 };

/** Starts another thread when so many files will want one. */
export function expectFiles({ ports }: Context, count: number): void {
  if (count >= worthThreads.files) ports.threads?.getReady();
}

/**
 * Puts the bytes of files into the stager. Each block is read and decompressed once and all its files are written then:
 * for many of them on other threads, while this one writes too.
 *
 * @throws what the stager throws, CANCELLED; a file whose bytes are damaged is listed by the stager
 */
export async function fillFromStore(
  context: Context,
  store: ObjectStore,
  stager: Stager,
  files: readonly Wanted[],
  work: Work,
): Promise<void> {
  const { fs, threads } = context.ports;
  const pace = new Pace(work);
  let done = 0;
  const breathe = () => pace.breathe({ phase: 'Writing', done, total: files.length, unit: 'files' });
  const { blocks, others } = byBlock(context, store, files);
  // Each thread has the next block waiting when it is done with one.
  const most = threads && files.length >= worthThreads.files ? threads.count * 2 : 0;
  const away = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for (const block of blocks) {
      if (failure) throw failure.error;
      const write = async (elsewhere: boolean) => {
        const left = await stager.writeFromBlock(elsewhere ? context.ports : { fs }, block);
        others.push(...left);
        done += block.files.length - left.length;
      };
      if (away.size < most) {
        const one: Promise<void> = write(true)
          .catch(error => {
            failure ??= { error };
          })
          .finally(() => away.delete(one));
        away.add(one);
      } else {
        await write(false);
        // Otherwise the answers of the threads would wait, and the threads for their next blocks.
        if (most > 0 || pace.due()) await breathe();
      }
    }
  } finally {
    // Nobody may write any more when the placement ends, however it does.
    await Promise.all(away);
  }
  if (failure) throw failure.error;
  const bytes = others.reduce((sum, { size }) => sum + size, 0);
  const vault = { root: context.root, ports: bytes < worthThreads.bytes ? { fs } : context.ports };
  for (const file of others) {
    if (pace.due()) await breathe();
    done++;
    await fill(vault, store, stager, file, pace);
  }
}

/** Object by object: what is large, empty, or not where it should be. */
async function fill(
  vault: { ports: Pick<Ports, 'fs' | 'threads'>; root: string },
  store: ObjectStore,
  stager: Stager,
  file: Wanted,
  pace: Pace,
): Promise<void> {
  const ids = contentObjects(file);
  const staged = stager.open(file, () => damageOf(store, ids));
  try {
    for await (const bytes of objectsAhead(vault, store, ids)) {
      staged.write(bytes);
      if (pace.due()) await pace.breathe();
    }
  } catch (error) {
    const known = asHoldfastError(error);
    staged.fail(known.message);
    if (known.code !== 'CORRUPT') throw error;
    return;
  }
  staged.close();
}

/** What is wrong with the first object that is not what its id says. */
function damageOf(store: ObjectStore, ids: readonly string[]): string | undefined {
  try {
    for (const id of ids) store.get(id);
    return undefined;
  } catch (error) {
    return asHoldfastError(error).message;
  }
}

function byBlock(
  context: Context,
  store: ObjectStore,
  files: readonly Wanted[],
): { blocks: FilesOfBlock[]; others: Wanted[] } {
  const blocks: FilesOfBlock[] = [];
  const others: Wanted[] = [];
  /** Of each block the one that is not full yet. */
  const open = new Map<string, { block: FilesOfBlock; bytes: number }>();
  for (const wanted of files) {
    const ids = contentObjects(wanted);
    const place = ids.length === 1 ? store.locate(ids[0]!) : undefined;
    if (place?.length !== wanted.size || wanted.sparse) {
      others.push(wanted);
      continue;
    }
    const { pack, offset, at } = place;
    const key = `${pack}:${offset}`;
    let current = open.get(key);
    if (!current || current.block.files.length >= mostAtOnce.files || current.bytes >= mostAtOnce.bytes) {
      current = { block: { pack: packPath(context, pack), offset, files: [], at: [] }, bytes: 0 };
      open.set(key, current);
      blocks.push(current.block);
    }
    current.block.files.push(wanted);
    current.block.at.push(at);
    current.bytes += wanted.size;
  }
  return { blocks, others };
}
