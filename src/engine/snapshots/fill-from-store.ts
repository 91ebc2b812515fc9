import type { Context } from '../context.ts';
import { asHoldfastError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { FilesOfBlock, Stager } from '../placement/stage.ts';
import type { Wanted } from '../placement/wanted.ts';
import type { Work } from '../ports.ts';
import { runJob } from '../threads/run-job.ts';
import type { ObjectStore } from '../vault/object-store.ts';
import { packPath } from '../vault/pack-reader.ts';
import { readAhead } from '../vault/read-ahead.ts';
import { contentObjects } from '../vault/tree.ts';

/** With fewer files, or bytes in large files, another thread takes longer to start than it saves. */
const worthThreads = { files: 2000, bytes: 32 * 1024 * 1024 };

/** Starts another thread when so many files will want one: that takes as long as reading what thousands of files are. */
export function expectFiles({ ports }: Context, count: number): void {
  // Whoever asks it for something is told what is wrong.
  if (ports.threads && count >= worthThreads.files) runJob(ports, 'start', null).catch(() => {});
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
        others.push(...(await stager.writeFromBlock(elsewhere ? context.ports : { fs }, block)));
        done += block.files.length;
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
    await fill(readAhead(vault, store, contentObjects(file)), stager, file, pace);
  }
}

/** Object by object: what is large, empty, or not where it should be. */
async function fill(content: AsyncIterable<Uint8Array>, stager: Stager, file: Wanted, pace: Pace): Promise<void> {
  const staged = stager.open(file);
  try {
    for await (const bytes of content) {
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

function byBlock(
  context: Context,
  store: ObjectStore,
  files: readonly Wanted[],
): { blocks: Iterable<FilesOfBlock>; others: Wanted[] } {
  const blocks = new Map<string, FilesOfBlock>();
  const others: Wanted[] = [];
  // Neighbours mostly lie in one block.
  let last: { pack: string; offset: number; block: FilesOfBlock } | undefined;
  for (const wanted of files) {
    const ids = contentObjects(wanted);
    const place = ids.length === 1 ? store.locate(ids[0]!) : undefined;
    if (place?.length !== wanted.size) {
      others.push(wanted);
      continue;
    }
    const { pack, offset, at } = place;
    if (last?.pack !== pack || last.offset !== offset) {
      const key = `${pack}:${offset}`;
      const block = blocks.get(key) ?? { pack: packPath(context, pack), offset, files: [], at: [] };
      blocks.set(key, block);
      last = { pack, offset, block };
    }
    last.block.files.push(wanted);
    last.block.at.push(at);
  }
  return { blocks: blocks.values(), others };
}
