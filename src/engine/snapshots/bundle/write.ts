import { writeAll } from '../../durable.ts';
import type { FileCalls } from '../../ports.ts';
import { compress } from '../../vault/codec.ts';
import { objectHash } from '../../vault/object-id.ts';
import { blockTarget, encodeBlockHeader, rawBlock } from '../../vault/pack.ts';
import { bundleMagic } from './format.ts';

/** Writes a bundle to an open file, part after part; holds one block in memory. */
export class BundleWriter {
  readonly #fs: FileCalls;
  readonly #file: number;
  readonly #hash = objectHash();
  #parts: Buffer[] = [];
  #size = 0;
  /** Bytes of the bundle so far. */
  bytes = 0;

  constructor(fs: FileCalls, file: number, record: Buffer) {
    this.#fs = fs;
    this.#file = file;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(record.length);
    for (const part of [bundleMagic, length, record]) this.#append(part);
  }

  async add(object: Buffer): Promise<void> {
    if (this.#size > 0 && this.#size + object.length > blockTarget) await this.endBlock();
    this.#parts.push(object);
    this.#size += object.length;
    if (this.#size >= blockTarget) await this.endBlock();
  }

  async endBlock(): Promise<void> {
    const count = this.#parts.length;
    if (count === 0) return;
    const raw = rawBlock(this.#parts);
    this.#parts = [];
    this.#size = 0;
    const { codec, payload } = await compress(raw);
    this.#append(encodeBlockHeader({ codec, storedLength: payload.length, rawLength: raw.length, count }));
    this.#append(payload);
  }

  /** @returns the SHA-256 of the whole file */
  async finish(): Promise<string> {
    await this.endBlock();
    const whole = this.#hash.copy();
    const digest = this.#hash.digest();
    writeAll(this.#fs, this.#file, digest);
    this.bytes += digest.length;
    return whole.update(digest).digest('hex');
  }

  #append(bytes: Buffer): void {
    writeAll(this.#fs, this.#file, bytes);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }
}
