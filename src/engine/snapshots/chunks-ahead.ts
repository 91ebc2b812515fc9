import type { Pace } from '../pace.ts';
import type { Ports } from '../ports.ts';
import { runJob } from '../threads/run-job.ts';
import { giveShared } from '../threads/shared-memory.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { type ChunkToPack, chunkHead, type PackedChunk, packChunk } from '../vault/pack-chunk.ts';

/** To each thread, so that it goes on while this one reads. */
const perThread = 3;
/** Chunks on their way: enough for all threads to be busy, few enough to bound the memory. */
const most = 8;

interface Coming extends ChunkToPack {
  asked?: Promise<void>;
  packed?: PackedChunk;
  failure?: { error: unknown };
}

/**
 * The chunks of one large file on their way into the store, which get there in their order: hashed and compressed on other
 * threads while the next ones are read, and on this one when those have enough to do.
 */
export class ChunksAhead {
  readonly #ports: Pick<Ports, 'fs' | 'threads'>;
  readonly #store: ObjectSink;
  readonly #pace: Pace;
  readonly #ids: string[] = [];
  readonly #coming: Coming[] = [];
  #asked = 0;
  /** Whether the last chunk was new to the vault, and so the next one probably is. */
  #isNew = true;

  constructor(ports: Pick<Ports, 'fs' | 'threads'>, store: ObjectSink, pace: Pace) {
    this.#ports = ports;
    this.#store = store;
    this.#pace = pace;
  }

  /** @param memory shared memory with a chunk after `chunkHead` bytes: this gives it back. Resolves when there is room for more. */
  async add(memory: SharedArrayBuffer, length: number): Promise<void> {
    const { fs, threads } = this.#ports;
    const chunk: Coming = { memory, length, compress: this.#isNew && this.#store.putBlock !== undefined };
    this.#coming.push(chunk);
    if (threads?.isReady && this.#asked < threads.count * perThread) this.#ask(chunk);
    else chunk.packed = packChunk(fs, chunk).answer;
    // What other threads say is heard only when the event loop turns.
    if (threads || this.#pace.due()) await this.#pace.breathe();
    while (this.#coming[0]?.packed || this.#coming.length > most) await this.#storeNext();
  }

  /** @returns the ids of all */
  async finish(): Promise<string[]> {
    while (this.#coming.length > 0) await this.#storeNext();
    return this.#ids;
  }

  #ask(chunk: Coming): void {
    this.#asked++;
    const { memory, length, compress } = chunk;
    chunk.asked = runJob(this.#ports, 'packChunk', { memory, length, compress })
      .then(
        packed => {
          chunk.packed = packed;
        },
        error => {
          chunk.failure = { error };
        },
      )
      .finally(() => this.#asked--);
  }

  async #storeNext(): Promise<void> {
    const next = this.#coming.shift()!;
    await next.asked;
    const { memory, length, compress, packed, failure } = next;
    if (failure) throw failure.error;
    const { id, codec, payloadLength } = packed!;
    this.#ids.push(id);
    if (this.#store.putBlock) {
      const payload = new Uint8Array(memory, 0, payloadLength);
      const rawLength = chunkHead + length;
      const block = { ids: id, lengths: Uint32Array.of(length), codec, payload, rawLength, isCompressed: compress };
      this.#isNew = await this.#store.putBlock(block);
    } else {
      await this.#store.put('content', id, Buffer.from(memory, chunkHead, length));
    }
    giveShared(memory);
  }
}
