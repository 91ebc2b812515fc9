import path from 'node:path';
import { type Context, vaultPath } from '../context.ts';
import { removeQuietly, renameOver, syncDirectory, temporaryPath, writeAll } from '../durable.ts';
import { type Compressed, codec, compress, compressNow } from './codec.ts';
import { giveBack } from './give-back.ts';
import type { IndexEntry } from './index-file.ts';
import { objectHash } from './object-id.ts';
import {
  blockHeaderLength,
  blockTarget,
  bufferOf,
  encodeBlockHeader,
  type FilledBlock,
  packMagic,
  packTarget,
  rawBlock,
} from './pack.ts';

interface OpenBlock {
  ids: string[];
  parts: Buffer[];
  size: number;
}

interface QueuedBlock {
  ids: readonly string[];
  lengths: ArrayLike<number>;
  rawLength: number;
  compressed: Promise<Compressed>;
}

interface OpenPack {
  path: string;
  file: number;
  isOpen: boolean;
  size: number;
  hash: ReturnType<typeof objectHash>;
  entries: IndexEntry[];
}

/** Compressing blocks at once: enough to keep the other core busy, few enough to bound the memory. */
const inFlight = 4;

/**
 * Writes objects into packs. A block is compressed on another thread while the caller goes on; blocks are written in
 * the order they were filled. A pack is durable and has its name before `onPack` hears of it.
 */
export class PackWriter {
  readonly #context: Context;
  readonly #onPack: (pack: string, entries: IndexEntry[]) => void;
  readonly #isDoomed: (pack: string) => boolean;
  /** File contents and trees fill blocks of their own, so that listing a snapshot reads no file contents. */
  readonly #open: Record<'content' | 'tree', OpenBlock> = { content: emptyBlock(), tree: emptyBlock() };
  #queue: QueuedBlock[] = [];
  #pack: OpenPack | undefined;
  /** Bytes written to packs so far. */
  storedBytes = 0;

  /** @param isDoomed whether a pack of this name is to be deleted: then the new one gets another */
  constructor(
    context: Context,
    onPack: (pack: string, entries: IndexEntry[]) => void,
    isDoomed: (pack: string) => boolean,
  ) {
    this.#context = context;
    this.#onPack = onPack;
    this.#isDoomed = isDoomed;
  }

  /** Takes a copy of `bytes`. Resolves when there is room for more. */
  async add(kind: 'content' | 'tree', id: string, bytes: Buffer): Promise<void> {
    const block = this.#open[kind];
    if (block.size > 0 && block.size + bytes.length > blockTarget) this.#fill(kind);
    const target = this.#open[kind];
    target.ids.push(id);
    target.size += bytes.length;
    // What fills its block is copied into it at once, below.
    target.parts.push(target.size >= blockTarget ? bytes : Buffer.from(bytes));
    if (target.size >= blockTarget) this.#fill(kind);
    while (this.#queue.length > inFlight) await this.#writeNext();
  }

  /** Writes a block that was compressed already: then its memory is the caller's again. */
  async addBlock(block: FilledBlock, ids: readonly string[]): Promise<void> {
    const compressed = Promise.resolve({ codec: block.codec, payload: bufferOf(block) });
    this.#queue.push({ ids, lengths: block.lengths, rawLength: block.rawLength, compressed });
    while (this.#queue.length > 0) await this.#writeNext();
  }

  /** Writes what is left and closes the pack. */
  async finish(): Promise<void> {
    this.#fill('content');
    this.#fill('tree');
    while (this.#queue.length > 0) await this.#writeNext();
    this.#closePack();
  }

  /** Gives up: removes the unfinished pack. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#queue.map(block => block.compressed));
    this.#queue = [];
    if (!this.#pack) return;
    const { fs } = this.#context.ports;
    const { file, isOpen, path: temporary } = this.#pack;
    this.#pack = undefined;
    try {
      if (isOpen) fs.closeSync(file);
    } catch {
      // It is given up anyway; what happened before is what counts.
    }
    removeQuietly(fs, temporary);
  }

  #fill(kind: 'content' | 'tree'): void {
    const { ids, parts } = this.#open[kind];
    if (ids.length === 0) return;
    const raw = rawBlock(parts);
    // Directories come between files that other threads read: handing these few over costs more than it saves.
    const isSmall = kind === 'tree' && raw.length <= 2 * blockTarget;
    const compressed = isSmall ? Promise.resolve(compressNow(raw)) : compress(raw);
    // The failure is met where the block is awaited; until then it must not end the process.
    compressed.catch(() => {});
    this.#queue.push({ ids, lengths: parts.map(part => part.length), rawLength: raw.length, compressed });
    this.#open[kind] = emptyBlock();
  }

  async #writeNext(): Promise<void> {
    const block = this.#queue[0]!;
    const { codec: used, payload } = await block.compressed;
    this.#queue.shift();
    if (!this.#pack) this.#openPack();
    const pack = this.#pack!;
    const header = encodeBlockHeader({
      codec: used,
      storedLength: payload.length,
      rawLength: block.rawLength,
      count: block.ids.length,
    });
    const offset = pack.size;
    this.#append(pack, header);
    this.#append(pack, payload);
    // Longer than what buffers share, it lies in memory of its own, which may be much more than it needs.
    if (payload.buffer.byteLength > Buffer.poolSize) giveBack(Buffer.from(payload.buffer));
    let at = block.ids.length * 4;
    for (const [index, id] of block.ids.entries()) {
      const length = block.lengths[index]!;
      pack.entries.push({ id, offset, at, length });
      at += length;
    }
    if (pack.size + blockHeaderLength >= packTarget) this.#closePack();
  }

  #openPack(): void {
    const { fs } = this.#context.ports;
    const temporary = temporaryPath(this.#context.ports, vaultPath(this.#context, 'tmp'));
    this.#pack = {
      path: temporary,
      file: fs.openSync(temporary, 'wx', 0o600),
      isOpen: true,
      size: 0,
      hash: objectHash(),
      entries: [],
    };
    this.#append(this.#pack, packMagic);
  }

  #append(pack: OpenPack, bytes: Buffer): void {
    writeAll(this.#context.ports.fs, pack.file, bytes);
    pack.hash.update(bytes);
    pack.size += bytes.length;
  }

  #closePack(): void {
    const pack = this.#pack;
    if (!pack) return;
    const { fs } = this.#context.ports;
    // The same objects again would make the same pack under the same name. A block without objects makes another one.
    while (this.#isDoomed(pack.hash.copy().digest('hex'))) this.#append(pack, encodeBlockHeader(nothing));
    fs.fsyncSync(pack.file);
    fs.fchmodSync(pack.file, 0o400);
    pack.isOpen = false;
    fs.closeSync(pack.file);
    const name = pack.hash.digest('hex');
    const target = vaultPath(this.#context, 'packs', `${name}.pack`);
    renameOver(this.#context.ports, pack.path, target);
    this.#pack = undefined;
    syncDirectory(this.#context.ports, path.dirname(target));
    this.storedBytes += pack.size;
    this.#onPack(name, pack.entries);
  }
}

const nothing = { codec: codec.stored, storedLength: 0, rawLength: 0, count: 0 };

function emptyBlock(): OpenBlock {
  return { ids: [], parts: [], size: 0 };
}
