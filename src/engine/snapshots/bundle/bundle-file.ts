import { HoldfastError, isAbsent } from '../../errors.ts';
import type { Pace } from '../../pace.ts';
import type { FileCalls, Ports } from '../../ports.ts';
import { BlockCache } from '../../vault/block-cache.ts';
import { entriesOf, recordsOf } from '../../vault/index-file.ts';
import { objectHash, objectId } from '../../vault/object-id.ts';
import { ObjectIndex } from '../../vault/object-index.ts';
import { type Allocate, type Block, readBlock } from '../../vault/pack.ts';
import { corruptBundle } from './format.ts';

const bytesKept = 8 * 1024 * 1024;

/** A bundle that was opened: its blocks, and which objects they really hold. Nothing it says is believed. */
export class BundleFile {
  readonly path: string;
  readonly size: number;
  readonly #fs: FileCalls;
  readonly #file: number;
  readonly #blockStarts: number[] = [];
  #blocksEnd = 0;
  readonly #index = new ObjectIndex();
  readonly #blocks = new BlockCache<number>(bytesKept);

  /** @throws NOT_FOUND when there is no such file */
  constructor({ fs }: Pick<Ports, 'fs'>, path: string) {
    const missing = (why: string) =>
      new HoldfastError('NOT_FOUND', why, { path, hint: 'Give a file that snapshot export or session export wrote.' });
    try {
      // A pipe would be waited for until somebody writes to it.
      if (!fs.statSync(path).isFile()) throw missing('This is not a file.');
    } catch (error) {
      if (isAbsent(error)) throw missing('There is no such file.');
      throw error;
    }
    this.path = path;
    this.#fs = fs;
    this.#file = fs.openSync(path, 'r');
    this.size = fs.fstatSync(this.#file).size;
  }

  close(): void {
    this.#fs.closeSync(this.#file);
  }

  read(position: number, length: number): Buffer {
    return this.#fill(Buffer.allocUnsafeSlow(length), position);
  }

  /** The SHA-256 of the first `length` bytes. */
  async digest(length: number, pace: Pace): Promise<Buffer> {
    const hash = objectHash();
    const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let at = 0; at < length; at += buffer.length) {
      hash.update(this.#fill(buffer.subarray(0, Math.min(buffer.length, length - at)), at));
      if (pace.due()) await pace.breathe({ phase: 'Checking', done: at, total: length, unit: 'bytes' });
    }
    return hash.digest();
  }

  /** Reads all blocks between two offsets and hashes the objects in them. */
  async indexBlocks(start: number, end: number, pace: Pace): Promise<void> {
    this.#blocksEnd = end;
    for (let offset = start; offset < end; ) {
      const block = this.#readBlock(offset, this.#reused);
      // A bundle may be longer than an index can count: here the number of the block stands for its offset.
      const number = this.#blockStarts.push(offset) - 1;
      const entries = entriesOf({ ...block, offset: number });
      this.#index.add('', recordsOf(entries));
      offset = block.end;
      if (pace.due()) await pace.breathe({ phase: 'Checking', done: offset, total: end, unit: 'bytes' });
    }
  }

  /** How many objects there are, counting each copy. */
  get objects(): number {
    return this.#index.size;
  }

  /** @returns its length and where it lies, or `undefined` when the bundle does not hold it */
  locate(id: string): { block: number; length: number } | undefined {
    const found = this.#index.find(id);
    return found && { block: found.offset, length: found.length };
  }

  /**
   * @param passing the bytes are needed only until the next call
   * @throws CORRUPT
   */
  get(id: string, passing = false): Buffer {
    const place = this.#index.find(id);
    if (!place) throw corruptBundle(this.path, 'it lacks an object that it refers to');
    let block = this.#blocks.get(place.offset);
    if (!block) {
      block = this.#readBlock(this.#blockStarts[place.offset]!, passing ? this.#reused : undefined);
      if (!passing) this.#blocks.add(place.offset, block);
    }
    const bytes = block.raw.subarray(place.at, place.at + place.length);
    if (objectId(bytes) !== id) throw corruptBundle(this.path, 'it changed while it was read');
    return bytes;
  }

  /** All objects in the order of the file, read anew. Bytes are good until the next is asked for. */
  *objectsInOrder(): Generator<{ id: string; bytes: Buffer }> {
    for (const start of this.#blockStarts) {
      const block = this.#readBlock(start, this.#reused);
      for (const { id, at, length } of entriesOf({ ...block, offset: 0 }))
        yield { id, bytes: block.raw.subarray(at, at + length) };
    }
  }

  #fill(bytes: Buffer, position: number): Buffer {
    for (let done = 0; done < bytes.length; ) {
      const read = this.#fs.readSync(this.#file, bytes, done, bytes.length - done, position + done);
      if (read === 0) throw corruptBundle(this.path, 'it ends too early');
      done += read;
    }
    return bytes;
  }

  /** Memory for one block at a time: a gigabyte of them would come and go before the collector does. */
  #scratch = Buffer.alloc(0);
  readonly #reused = (length: number): Buffer => {
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(length);
    return this.#scratch.subarray(0, length);
  };

  #readBlock(offset: number, allocate?: Allocate): Block {
    try {
      return readBlock(this.#fs, this.#file, this.#blocksEnd, offset, this.path, allocate);
    } catch (error) {
      if (!HoldfastError.is(error, 'CORRUPT')) throw error;
      throw corruptBundle(this.path, 'one of its blocks is damaged');
    }
  }
}
