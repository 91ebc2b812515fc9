import type { Ports } from '../ports.ts';
import { runJob } from '../threads/run-job.ts';
import { giveBack } from './give-back.ts';
import type { ObjectStore } from './object-store.ts';
import { packPath } from './pack-reader.ts';

/** Smaller ones are read sooner than asked for. */
const worthAsking = 256 * 1024;

/**
 * The bytes of objects, one after the other, each good until the next is asked for. Other threads read, decompress and
 * check the large ones before it is their turn.
 *
 * @throws CORRUPT
 */
export async function* objectsAhead(
  vault: { ports: Pick<Ports, 'fs' | 'threads'>; root: string },
  store: ObjectStore,
  ids: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { threads } = vault.ports;
  const coming: (Promise<Uint8Array | undefined> | undefined)[] = [];
  const ask = (id: string): Promise<Uint8Array | undefined> | undefined => {
    const place = store.locate(id);
    if (!place || place.length < worthAsking) return undefined;
    // What is wrong with it is told when it is read here.
    return runJob(vault.ports, 'readObject', { id, ...place, pack: packPath(vault, place.pack) }).catch(
      () => undefined,
    );
  };
  for (const [number, id] of ids.entries()) {
    const last = Math.min(ids.length, number + (threads ? threads.count * 2 + 1 : 0));
    while (number + coming.length < last) coming.push(ask(ids[number + coming.length]!));
    const bytes = await coming.shift();
    yield bytes ?? store.get(id);
    if (bytes) giveBack(bytes);
  }
}
