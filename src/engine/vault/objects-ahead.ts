import type { Ports } from '../ports.ts';
import { runJob } from '../threads/run-job.ts';
import { giveShared, takeShared } from '../threads/shared-memory.ts';
import type { ObjectStore } from './object-store.ts';
import { packPath } from './pack-reader.ts';
import { chunkLength } from './tree.ts';

/** Smaller objects are read sooner than asked for, and larger ones do not fit the memory that threads share. */
const worthAsking = { from: 256 * 1024, to: chunkLength };
/** Objects that are read before it is their turn, for each thread: one is used, one is read, one waits. */
const perThread = 3;

interface Coming {
  /** Until another thread has read it. */
  reading?: Promise<void>;
  /** Absent when nobody has, and when that failed. */
  bytes?: Uint8Array;
  memory?: SharedArrayBuffer;
}

/**
 * The bytes of objects, one after the other, each good until the next is asked for. Other threads read and decompress the
 * large ones before it is their turn, and do not check their bytes: that is for whoever knows the digest of all together.
 *
 * @throws CORRUPT
 */
export async function* objectsAhead(
  { ports, root }: { ports: Pick<Ports, 'fs' | 'threads'>; root: string },
  store: ObjectStore,
  ids: readonly string[],
): AsyncGenerator<Uint8Array> {
  const ahead = 1 + (ports.threads?.count ?? 0) * perThread;
  const coming: Coming[] = [];

  const begin = (id: string): Coming => {
    const place = ports.threads && store.locate(id);
    if (!place || place.length < worthAsking.from || place.length > worthAsking.to) return {};
    const memory = takeShared();
    const one: Coming = { memory };
    one.reading = runJob(ports, 'readObject', { ...place, pack: packPath({ root }, place.pack), memory }).then(
      () => {
        one.bytes = new Uint8Array(memory, 0, place.length);
      },
      // What is wrong with it is told when the store reads it.
      () => {},
    );
    return one;
  };

  for (const [number, id] of ids.entries()) {
    while (coming.length < ahead && number + coming.length < ids.length) {
      coming.push(begin(ids[number + coming.length]!));
    }
    const one = coming.shift()!;
    await one.reading;
    yield one.bytes ?? store.get(id);
    if (one.memory) giveShared(one.memory);
  }
}
