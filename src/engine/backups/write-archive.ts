import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { type Header, pack as newPack, type Pack } from 'tar-stream';
import { writeAll } from '../durable.ts';
import { asHoldfastError, HoldfastError } from '../errors.ts';
import type { FileCalls } from '../ports.ts';
import { objectHash } from '../vault/object-id.ts';

/** Above gzip's fastest levels the archive shrinks little and takes twice as long. */
const level = 2;

const pieceLength = 256 * 1024;

/** What an entry says of itself; `pax` holds what the plain header cannot. */
export type EntryHeader = Partial<Header> & Pick<Header, 'name' | 'size'>;

/** A tar.gz being written to an open file, entry after entry. */
export class ArchiveWriter {
  readonly #pack: Pack = newPack();
  readonly #hash = objectHash();
  readonly #written: Promise<void>;
  /** Bytes of the archive so far. */
  bytes = 0;

  #failure: HoldfastError | undefined;
  #fail: (error: HoldfastError) => void = () => {};

  /** @param path names it in errors */
  constructor(fs: FileCalls, file: number, path: string) {
    // Failures are met where the archive is written; a stream that nobody listens to would end the process.
    this.#pack.on('error', () => {});
    const source = Readable.from(this.#pack);
    this.#written = pipeline(source, inPieces, zlib.createGzip({ level, chunkSize: pieceLength }), async compressed => {
      for await (const chunk of compressed as AsyncIterable<Buffer>) {
        writeAll(fs, file, chunk);
        this.#hash.update(chunk);
        this.bytes += chunk.length;
      }
    }).catch(error => {
      // That the archive cannot be written is no fault of the file that is being archived.
      const known = asHoldfastError(error, path);
      this.#failure =
        known.code === 'DISK_FULL'
          ? known
          : new HoldfastError('FAILED', `The archive cannot be written: ${known.message}`, {
              hint: known.hint,
              cause: error,
            });
      this.#fail(this.#failure);
    });
  }

  /**
   * One entry whose bytes come in order; `chunks` must give exactly `header.size` bytes, and must not throw: an archive
   * cannot go back.
   */
  async entry(header: EntryHeader, chunks: Iterable<Uint8Array>): Promise<void> {
    try {
      await this.#add(header, chunks);
    } catch (error) {
      // A write that failed ends all streams, and may be heard of here before it is known why.
      if (this.#pack.destroyed) await this.#written;
      throw this.#failure ?? error;
    }
  }

  async #add(header: EntryHeader, chunks: Iterable<Uint8Array>): Promise<void> {
    let taken: () => void = () => {};
    let refused: (error: Error) => void = () => {};
    const done = new Promise<void>((resolve, reject) => {
      taken = resolve;
      refused = reject;
    });
    done.catch(() => {});
    const sink = this.#pack.entry(header, error => (error ? refused(error) : taken()));
    sink.on('error', refused);
    for (const chunk of chunks) {
      if (!sink.write(chunk))
        await this.#unlessFailed(new Promise<void>(resolve => sink.once('drain', () => resolve())));
    }
    sink.end(null);
    await this.#unlessFailed(done);
  }

  /** @returns the SHA-256 of the whole archive */
  async finish(): Promise<string> {
    this.#pack.finalize();
    await this.#written;
    if (this.#failure) throw this.#failure;
    return this.#hash.digest('hex');
  }

  /** Writes nothing more to the file. */
  async abandon(): Promise<void> {
    this.#pack.destroy(new Error('abandoned'));
    await this.#written;
  }

  #unlessFailed(waited: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      this.#fail = reject;
      waited.then(resolve, reject);
    });
  }
}

/** A tar comes as headers and files of a few hundred bytes; handing over each alone takes longer than compressing it. */
async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let piece: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    piece.push(chunk);
    length += chunk.length;
    if (length < pieceLength) continue;
    yield Buffer.concat(piece);
    piece = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(piece);
}
