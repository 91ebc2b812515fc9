import { HoldfastError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { objectId } from './object-id.ts';
import type { ObjectIndex } from './object-index.ts';
import type { PackReader } from './pack-reader.ts';
import { stopped } from './roots.ts';
import { contentObjects, decodeTree } from './tree.ts';

/** Why an object is needed: for something that is there, or only for what can be brought back from the trash. */
export const live = 1;
export const held = 2;
/** What lies below it is known to be needed, for the same reason: a file's content may look like a directory. */
const walkedBits = 2;

/** A million objects take a byte each: the flags are by the number of the record that the index finds. */
export class Reachable {
  readonly #index: ObjectIndex;
  readonly #reader: PackReader;
  readonly #flags: Uint8Array;
  /** Contents that something refers to and no pack has. */
  readonly missing = new Set<string>();

  constructor(index: ObjectIndex, reader: PackReader) {
    this.#index = index;
    this.#reader = reader;
    this.#flags = new Uint8Array(index.size);
  }

  isLive(number: number): boolean {
    return (this.#flags[number]! & live) !== 0;
  }

  isNeeded(number: number): boolean {
    return (this.#flags[number]! & (live | held)) !== 0;
  }

  /** Whether the object was met as a tree. */
  isTree(number: number): boolean {
    return (this.#flags[number]! & ((live | held) << walkedBits)) !== 0;
  }

  /**
   * Everything below a tree is needed.
   *
   * @param lenient for a tree that may not be complete yet
   * @throws CORRUPT when a directory cannot be read: what lies below it is not known then
   */
  async add(tree: string, why: typeof live | typeof held, pace: Pace, lenient = false): Promise<void> {
    const waiting = [tree];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (pace.due()) await pace.breathe({ phase: 'Looking what is needed', done: 0, total: 0, unit: 'items' });
      const number = this.#index.numberOf(id);
      if (number === undefined) {
        if (lenient) continue;
        throw stopped('The vault has lost a directory', id);
      }
      // What is needed by something that is there need not be looked at again for the trash.
      if (this.#flags[number]! & ((why | live) << walkedBits)) continue;
      this.#flags[number]! |= why | (why << walkedBits);
      for (const entry of this.#entries(number, id)) {
        if (entry.type === 'dir') waiting.push(entry.tree);
        if (entry.type === 'file') for (const object of contentObjects(entry)) this.#need(object, why, lenient);
      }
    }
  }

  #need(id: string, why: number, lenient: boolean): void {
    const number = this.#index.numberOf(id);
    if (number !== undefined) this.#flags[number]! |= why;
    else if (!lenient) this.missing.add(id);
  }

  #entries(number: number, id: string) {
    const location = this.#index.locationOf(number);
    try {
      const bytes = this.#reader.read(location);
      if (objectId(bytes) !== id) throw new HoldfastError('CORRUPT', 'A directory in the vault is damaged.');
      return decodeTree(bytes);
    } catch (error) {
      if (!HoldfastError.is(error, 'CORRUPT')) throw error;
      throw stopped('A directory in the vault is damaged', `packs/${location.pack}.pack`, error);
    }
  }
}
