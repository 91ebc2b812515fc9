import { type Context, vaultPath } from '../context.ts';
import { asHoldfastError, HoldfastError, isAbsent } from '../errors.ts';
import { writeCache } from './cache-file.ts';
import { decompress } from './codec.ts';
import { encodeIndex, type IndexEntry, recordsOf } from './index-file.ts';
import { readableMarks, readMarks } from './marks.ts';
import { allPackRecords } from './merged-index.ts';
import { objectId } from './object-id.ts';
import { type Location, ObjectIndex } from './object-index.ts';
import { bufferOf, type FilledBlock, idsOf } from './pack.ts';
import { indexPath } from './pack-index.ts';
import { PackReader, packPath } from './pack-reader.ts';
import { PackWriter } from './pack-writer.ts';
import { PacksTaken } from './packs-taken.ts';

/** What a capture needs of a store. One that packs takes whole blocks, too. */
export type ObjectSink = Pick<ObjectStore, 'put' | 'get'> & Partial<Pick<ObjectStore, 'putBlock'>>;

/**
 * The objects of a vault, by id. Reading checks every byte against the id. Writing needs no lock: any number of
 * processes add packs at once, and equal content written twice is merely stored twice until prune.
 *
 * What lies in a pack that prune has marked can be read but counts as not there when something is stored. A pack may also
 * be marked after this store looked: so whoever commits a record that refers to objects asks `checkPacks` when the record
 * is in `tmp/` already, where prune sees it, and begins again with another store when that throws (storing.ts).
 */
export class ObjectStore {
  readonly #context: Context;
  #index: ObjectIndex | undefined;
  #packs: Set<string> | undefined;
  #marks = new Set<string>();
  readonly #reader: PackReader;
  #writer: PackWriter | undefined;
  /** Packs that hold what this store was asked to keep: found there, or written. */
  readonly #needed = new Set<string>();
  readonly #fresh = new Set<string>();
  /** Bytes of objects that were not in the vault before, uncompressed. */
  newBytes = 0;

  constructor(context: Context) {
    this.#context = context;
    this.#reader = new PackReader(context);
  }

  /** Bytes that this store has written to packs. */
  get storedBytes(): number {
    return this.#writer?.storedBytes ?? 0;
  }

  has(id: string): boolean {
    return this.#fresh.has(id) || this.#found(id) !== undefined;
  }

  /** Stores an object unless the vault has it. It is durable, and can be read, after `flush`. */
  async put(kind: 'content' | 'tree', id: string, bytes: Buffer): Promise<void> {
    if (this.#isKept(id)) return;
    this.#fresh.add(id);
    this.newBytes += bytes.length;
    await this.#writing(this.#openWriter().add(kind, id, bytes));
  }

  /** Stores the contents in a block: the block as it is, unless the vault has some of them. @returns whether all were new */
  async putBlock(block: FilledBlock): Promise<boolean> {
    const ids = idsOf(block);
    const isNew = !ids.some(id => this.#isKept(id));
    if (!isNew || !block.isCompressed) {
      const raw = decompress(block.codec, bufferOf(block), block.rawLength);
      let at = ids.length * 4;
      for (const [index, id] of ids.entries()) {
        const end = at + block.lengths[index]!;
        await this.put('content', id, raw.subarray(at, end));
        at = end;
      }
    } else if (ids.length > 0) {
      for (const id of ids) this.#fresh.add(id);
      this.newBytes += block.rawLength - ids.length * 4;
      await this.#writing(this.#openWriter().addBlock(block, ids));
    }
    return isNew;
  }

  /** Whether an object need not be stored. Then the pack that has it is needed. */
  #isKept(id: string): boolean {
    if (this.#fresh.has(id)) return true;
    const pack = this.#load().find(id)?.pack;
    if (pack === undefined || this.#marks.has(pack)) return false;
    this.#needed.add(pack);
    return true;
  }

  #openWriter(): PackWriter {
    this.#writer ??= new PackWriter(
      this.#context,
      (pack, entries) => this.#addPack(pack, entries),
      pack => this.#marks.has(pack),
    );
    return this.#writer;
  }

  async flush(): Promise<void> {
    if (this.#writer) await this.#writing(this.#writer.finish());
  }

  /** Makes an object of the vault stay: stores it again when it lies where prune deletes. @throws CORRUPT */
  async keep(kind: 'content' | 'tree', id: string): Promise<void> {
    const pack = this.locate(id)?.pack;
    if (pack !== undefined && !this.#marks.has(pack)) this.#needed.add(pack);
    else await this.put(kind, id, this.get(id));
  }

  /** Says that a record will refer to objects in these packs without having stored them: the word of the scan cache. */
  rely(packs: Iterable<string>): void {
    for (const pack of packs) this.#needed.add(pack);
  }

  /**
   * To be asked between the moment when a record that refers to these objects can be seen by prune (in `tmp/`) and the one
   * when it gets its name. Prune marks first and looks for records afterwards: so either prune sees the record, or this
   * sees the mark.
   *
   * @throws PacksTaken when a pack that the record needs was marked or removed
   */
  checkPacks(): void {
    this.#reading(() => {
      const marks = readMarks(this.#context);
      // After the marks: a mark goes only after its packs have gone.
      const packs = new Set(listPacks(this.#context));
      for (const pack of this.#needed) if (marks.has(pack) || !packs.has(pack)) throw new PacksTaken();
    });
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
    const location = this.locate(id);
    if (!location) throw lost(id);
    const bytes = this.#reading(() => this.#read(id, location));
    if (objectId(bytes) === id) return bytes;
    throw new HoldfastError('CORRUPT', 'An object of the vault is damaged.', {
      path: packPath(this.#context, location.pack),
      details: { object: id },
    });
  }

  /** The names of the packs that are there to stay, as they were when this store last looked. */
  get packs(): ReadonlySet<string> {
    const packs = this.#packs ?? this.#look();
    return new Set([...packs].filter(pack => !this.#marks.has(pack)));
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
    const number = this.#found(id);
    return number === undefined ? undefined : this.#load().locationOf(number);
  }

  /** Closes what is open; an unfinished pack is removed. */
  async close(): Promise<void> {
    await this.#writer?.abandon();
    this.#reader.close();
  }

  /** What is not found may have come, or moved, since this store last looked; and again while it looked. */
  #found(id: string): number | undefined {
    for (let look = 1; ; look++) {
      const found = this.#load().numberOf(id);
      if (found !== undefined || look > looks || !this.#loadAgain()) return found;
    }
  }

  #load(): ObjectIndex {
    if (this.#index) return this.#index;
    const index = new ObjectIndex();
    const packs = [...this.#look()];
    // An object is found where it came first: in a marked pack only when no other has it.
    const marked = (pack: string) => (this.#marks.has(pack) ? 1 : 0);
    packs.sort((one, other) => marked(one) - marked(other));
    this.#reading(() => {
      for (const [pack, records] of allPackRecords(this.#context, packs)) index.add(pack, records);
    });
    this.#index = index;
    return index;
  }

  /** Which packs there are, and which of them prune has marked. */
  #look(): Set<string> {
    return this.#reading(() => {
      this.#marks = new Set(readableMarks(this.#context).keys());
      this.#packs = new Set(listPacks(this.#context));
      return this.#packs;
    });
  }

  /** @returns false when the packs are the same still */
  #loadAgain(): boolean {
    const packs = this.#reading(() => listPacks(this.#context));
    const known = this.#packs;
    if (packs.length === known?.size && packs.every(pack => known.has(pack))) return false;
    this.#index = undefined;
    return true;
  }

  #addPack(pack: string, entries: IndexEntry[]): void {
    const records = recordsOf(entries);
    writeCache(indexPath(this.#context, pack), encodeIndex(records));
    this.#needed.add(pack);
    const packs = this.#packs ?? this.#look();
    if (packs.has(pack)) return;
    packs.add(pack);
    this.#index?.add(pack, records);
  }

  /** A pack that is gone was emptied by prune: what it held lies elsewhere. */
  #read(id: string, found: Location): Buffer {
    let location = found;
    for (let look = 1; ; look++) {
      try {
        return this.#reader.read(location);
      } catch (error) {
        if (!isAbsent(error) || look > looks || !this.#loadAgain()) throw error;
        const elsewhere = this.#load().find(id);
        if (!elsewhere) throw lost(id);
        location = elsewhere;
      }
    }
  }
}

function lost(object: string): HoldfastError {
  return new HoldfastError('CORRUPT', 'The vault has lost an object.', { details: { object } });
}

/** How often a store looks again for what prune moves meanwhile: each time needs another prune in between. */
const looks = 5;

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
