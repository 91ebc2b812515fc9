import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type Header, pack as newPack, type Pack } from 'tar-stream';
import { writeAll } from '../durable.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';

/** Above gzip's fastest levels the archive shrinks little and takes twice as long. */
const level = 2;

/** What an entry says of itself; `pax` holds what the plain header cannot. */
export type EntryHeader = Partial<Header> & Pick<Header, 'name' | 'size'>;

/** A tar.gz being written to an open file, entry after entry. */
export class ArchiveWriter {
  readonly #pack: Pack = newPack();
  readonly #hash = objectHash();
  readonly #written: Promise<void>;
  /** Bytes of the archive so far. */
  bytes = 0;

  constructor(fs: FileCalls, file: number) {
    this.#written = pipeline(Readable.from(this.#pack), zlib.createGzip({ level }), async compressed => {
      for await (const chunk of compressed as AsyncIterable<Buffer>) {
        writeAll(fs, file, chunk);
        this.#hash.update(chunk);
        this.bytes += chunk.length;
      }
    });
    // Met in `finish` or `entry`; until then a failure must not end the process.
    this.#written.catch(() => {});
  }

  /** One entry whose bytes come in order; `chunks` must give exactly `header.size` bytes. */
  async entry(header: EntryHeader, chunks: Iterable<Uint8Array>): Promise<void> {
    const done = Promise.withResolvers<void>();
    const sink = this.#pack.entry(header, error => (error ? done.reject(error) : done.resolve()));
    for (const chunk of chunks) {
      if (sink.write(Buffer.from(chunk))) continue;
      await Promise.race([new Promise<void>(resolve => sink.once('drain', () => resolve())), this.#failure()]);
    }
    sink.end(null);
    await Promise.race([done.promise, this.#failure()]);
  }

  /** @returns the SHA-256 of the whole archive */
  async finish(): Promise<string> {
    this.#pack.finalize();
    await this.#written;
    return this.#hash.digest('hex');
  }

  /** Writes nothing more to the file. */
  async abandon(): Promise<void> {
    this.#pack.destroy(new Error('abandoned'));
    await this.#written.catch(() => {});
  }

  /** Never resolves; rejects as soon as the archive cannot be written. */
  #failure(): Promise<never> {
    return this.#written.then(() => new Promise<never>(() => {}));
  }
}
