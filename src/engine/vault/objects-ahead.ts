import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ports } from '../ports.ts';
import { runJob } from '../threads/run-job.ts';
import { giveShared, takeShared } from '../threads/shared-memory.ts';
import type { ObjectStore } from './object-store.ts';
import { packPath } from './pack-reader.ts';
import { chunkLength } from './tree.ts';

/** Smaller objects are read sooner than asked for, and larger ones do not fit the memory that threads share. */
const worthAsking = { from: 256 * 1024, to: chunkLength };
/** To each thread, so that it goes on while what it read is used. */
const perThread = 3;
/** Objects that may be read before it is their turn. */
const ahead = 6;

interface Coming {
  reading?: Promise<void>;
  /** Absent until it is read, and when that failed. */
  bytes?: Uint8Array;
  memory?: SharedArrayBuffer;
}

/**
 * The bytes of objects, one after the other, each good until the next is asked for. Other threads read and decompress the
 * large ones before it is their turn, and so does this one while it would wait for them. Nobody checks their bytes: that is
 * for whoever knows the digest of all together.
 *
 * @throws CORRUPT
 */
export async function* objectsAhead(
  { ports, root }: { ports: Pick<Ports, 'fs' | 'threads'>; root: string },
  store: ObjectStore,
  ids: readonly string[],
): AsyncGenerator<Uint8Array> {
  const atOnce = (ports.threads?.count ?? 0) * perThread;
  let asked = 0;
  const coming: Coming[] = [];

  const begin = (id: string) => {
    const place = store.locate(id);
    if (!place || place.length < worthAsking.from || place.length > worthAsking.to) return coming.push({});
    const memory = takeShared();
    const one: Coming = { memory };
    const isElsewhere = asked < atOnce;
    if (isElsewhere) asked++;
    const question = { ...place, pack: packPath({ root }, place.pack), memory };
    one.reading = runJob(isElsewhere ? ports : { fs: ports.fs }, 'readObject', question)
      .then(
        () => {
          one.bytes = new Uint8Array(memory, 0, place.length);
        },
        // What is wrong with it is told when the store reads it.
        () => {},
      )
      .finally(() => {
        if (isElsewhere) asked--;
        delete one.reading;
      });
    return coming.push(one);
  };

  let next = 0;
  for (const [number, id] of ids.entries()) {
    while (next < ids.length && next < number + ahead) {
      const isWaiting = coming[0]?.reading !== undefined;
      if (asked >= atOnce && next > number && !isWaiting) break;
      begin(ids[next++]!);
      // What other threads say is heard only when the event loop turns.
      if (isWaiting) await nextTurn();
    }
    const one = coming.shift()!;
    await one.reading;
    yield one.bytes ?? store.get(id);
    if (one.memory) giveShared(one.memory);
  }
}
