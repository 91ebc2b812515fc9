import { type Context, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { writeCache } from './cache-file.ts';
import { decodeIndex, encodeIndex, type IndexEntry } from './index-file.ts';
import { objectId } from './object-id.ts';
import { type Location, ObjectIndex } from './object-index.ts';
import { type Block, readBlock, readPack } from './pack.ts';
import { PackWriter } from './pack-writer.ts';

/** What a capture needs of a store. */
export type ObjectSink = Pick<ObjectStore, 'put' | 'get'>;

const blocksKept = 16;

/**
 * The objects of a vault, by id. Reading checks every byte against the id. Writing needs no lock: any number of
 * processes add packs at once, and equal content written twice is merely stored twice until prune.
 */
export class ObjectStore {
  readonly #context: Context;
  #index: ObjectIndex | undefined;
  #packs = new Set<string>();
  readonly #blocks = new Map<string, Block>();
  readonly #files = new Map<string, { file: number; size: number }>();
  #writer: PackWriter | undefined;
  readonly #fresh = new Set<string>();
  /** Bytes of objects that were not in the vault before, uncompressed. */
  newBytes = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Bytes that this store has written to packs. */
  get storedBytes(): number {
    return this.#writer?.storedBytes ?? 0;
  }

  has(id: string): boolean {
    return this.#fresh.has(id) || this.#find(id) !== undefined;
  }

  /** Stores an object unless the vault has it. It is durable, and can be read, after `flush`. */
  async put(kind: 'content' | 'tree', id: string, bytes: Buffer): Promise<void> {
    if (this.has(id)) return;
    this.#fresh.add(id);
    this.newBytes += bytes.length;
    this.#writer ??= new PackWriter(this.#context, (pack, entries) => this.#addPack(pack, entries));
    await this.#writing(this.#writer.add(kind, id, bytes));
  }

  async flush(): Promise<void> {
    if (this.#writer) await this.#writing(this.#writer.finish());
  }

  /** As below: what fails here is the vault, not a file of the root. */
  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (HoldfastError.is(error)) throw error;
      const { message, path, hint } = asHoldfastError(error);
      throw new HoldfastError('FAILED', `The vault cannot be read: ${message}`, { path, hint, cause: error });
    }
  }

  /** A vault that cannot be written must not be taken for a file that cannot be read, which is merely left out. */
  async #writing(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'DISK_FULL') throw known;
      throw new HoldfastError('FAILED', `The vault cannot be written: ${known.message}`, {
        path: vaultPath(this.#context),
        hint: known.hint,
        cause: error,
      });
    }
  }

  /**
   * The bytes of an object.
   *
   * @throws CORRUPT when it is missing or not what its id says
   */
  get(id: string): Buffer {
    const location = this.#find(id);
    if (!location) throw new HoldfastError('CORRUPT', 'The vault has lost an object.', { details: { object: id } });
    const bytes = this.#reading(() => this.#read(location));
    if (objectId(bytes) === id) return bytes;
    throw new HoldfastError('CORRUPT', 'An object of the vault is damaged.', {
      path: this.#packPath(location.pack),
      details: { object: id },
    });
  }

  /** The names of all packs, as they were when this store first looked. */
  get packs(): ReadonlySet<string> {
    this.#load();
    return this.#packs;
  }

  get objects(): number {
    return this.#load().size;
  }

  /** The length of all objects together, uncompressed. */
  get rawBytes(): number {
    return this.#load().rawBytes;
  }

  /** Where an object lies: reading many objects is fastest in the order of their places. */
  locate(id: string): Location | undefined {
    return this.#find(id);
  }

  /** Closes what is open; an unfinished pack is removed. */
  async close(): Promise<void> {
    await this.#writer?.abandon();
    for (const { file } of this.#files.values()) {
      try {
        this.#context.ports.fs.closeSync(file);
      } catch {
        // It was only read, and all that was read was checked.
      }
    }
    this.#files.clear();
    this.#blocks.clear();
  }

  #find(id: string): Location | undefined {
    return this.#load().find(id);
  }

  #load(): ObjectIndex {
    if (this.#index) return this.#index;
    const index = new ObjectIndex();
    this.#reading(() => {
      for (const pack of listPacks(this.#context)) {
        this.#packs.add(pack);
        index.add(pack, this.#indexOf(pack));
      }
    });
    this.#index = index;
    return index;
  }

  #indexOf(pack: string): Buffer {
    try {
      const records = decodeIndex(this.#context.ports.fs.readFileSync(this.#indexPath(pack)));
      if (records) return records;
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    const bytes = encodeIndex(indexPack(this.#context, pack));
    writeCache(this.#indexPath(pack), bytes);
    return decodeIndex(bytes)!;
  }

  #addPack(pack: string, entries: IndexEntry[]): void {
    const bytes = encodeIndex(entries);
    writeCache(this.#indexPath(pack), bytes);
    if (this.#packs.has(pack)) return;
    this.#packs.add(pack);
    this.#index?.add(pack, decodeIndex(bytes)!);
  }

  #read({ pack, offset, at, length }: Location): Buffer {
    const key = `${pack}:${offset}`;
    let block = this.#blocks.get(key);
    if (!block) {
      const { file, size } = this.#open(pack);
      block = readBlock(this.#context.ports.fs, file, size, offset, this.#packPath(pack));
      if (this.#blocks.size >= blocksKept) this.#blocks.delete(this.#blocks.keys().next().value!);
      this.#blocks.set(key, block);
    }
    return block.raw.subarray(at, at + length);
  }

  #open(pack: string): { file: number; size: number } {
    let open = this.#files.get(pack);
    if (!open) {
      const { fs } = this.#context.ports;
      const file = fs.openSync(this.#packPath(pack), 'r');
      open = { file, size: fs.fstatSync(file).size };
      if (this.#files.size >= 64) {
        const [oldest, { file: oldestFile }] = this.#files.entries().next().value!;
        fs.closeSync(oldestFile);
        this.#files.delete(oldest);
      }
      this.#files.set(pack, open);
    }
    return open;
  }

  #packPath(pack: string): string {
    return vaultPath(this.#context, 'packs', `${pack}.pack`);
  }

  #indexPath(pack: string): string {
    return vaultPath(this.#context, 'index', `${pack}.idx`);
  }
}

/** The names of the packs in a vault, sorted; none where there is no vault. */
export function listPacks(context: Pick<Context, 'ports' | 'root'>): string[] {
  try {
    const names = context.ports.fs.readdirSync(vaultPath(context, 'packs'));
    return names
      .filter(name => /^[0-9a-f]{64}\.pack$/.test(name))
      .map(name => name.slice(0, 64))
      .sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** What a pack holds, from its own bytes. What is damaged is missing, and whoever needs it will be told. */
function indexPack(context: Context, pack: string): IndexEntry[] {
  const path = vaultPath(context, 'packs', `${pack}.pack`);
  const entries: IndexEntry[] = [];
  for (const block of readPack(context.ports.fs, path, () => {})) entries.push(...entriesOf(block));
  return entries;
}

/** The objects of one block. */
export function entriesOf({ offset, raw, lengths }: Block & { offset: number }): IndexEntry[] {
  let at = lengths.length * 4;
  return lengths.map(length => {
    const entry = { id: objectId(raw.subarray(at, at + length)), offset, at, length };
    at += length;
    return entry;
  });
}
