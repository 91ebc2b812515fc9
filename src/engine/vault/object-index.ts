import { recordLength } from './index-file.ts';

export interface Location {
  pack: string;
  offset: number;
  at: number;
  length: number;
}

/** To look through all records for so few takes less time than making a table of them. */
const fewLookups = 8;
const idLength = 32;

/**
 * Finds objects by id over the index records of all packs: a hash table of positions over the records as they were
 * read, so that loading costs little and a million objects need no million strings.
 */
export class ObjectIndex {
  readonly #packs: { name: string; records: Buffer; first: number }[] = [];
  #count = 0;
  #table = new Uint32Array(0);
  #filled = 0;
  #lookups = 0;

  get size(): number {
    return this.#count;
  }

  get rawBytes(): number {
    let bytes = 0;
    for (const { records } of this.#packs) {
      for (let position = 0; position < records.length; position += recordLength)
        bytes += records.readUInt32LE(position + 40);
    }
    return bytes;
  }

  add(pack: string, records: Buffer): void {
    this.#packs.push({ name: pack, records, first: this.#count });
    this.#count += records.length / recordLength;
  }

  find(id: string): Location | undefined {
    const number = this.numberOf(id);
    return number === undefined ? undefined : this.locationOf(number);
  }

  /** The number of the record that `find` finds: records are numbered from 0, pack after pack as they were added. */
  numberOf(id: string): number | undefined {
    if (this.#filled < this.#count) {
      if (this.#lookups++ < fewLookups) return this.#search(id);
      this.#fill();
    }
    if (this.#table.length === 0) return undefined;
    const mask = this.#table.length - 1;
    for (let slot = Number.parseInt(id.slice(0, 8), 16) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#table[slot]!;
      if (number === 0) return undefined;
      if (this.idOf(number - 1) === id) return number - 1;
    }
  }

  #search(id: string): number | undefined {
    const bytes = Buffer.from(id, 'hex');
    if (bytes.length !== idLength) return undefined;
    for (const { records, first } of this.#packs) {
      for (let at = records.indexOf(bytes); at >= 0; at = records.indexOf(bytes, at + 1)) {
        if (at % recordLength === 0) return first + at / recordLength;
      }
    }
    return undefined;
  }

  idOf(number: number): string {
    const { records, position } = this.#record(number);
    return records.toString('hex', position, position + 32);
  }

  locationOf(number: number): Location {
    const { pack, records, position } = this.#record(number);
    return {
      pack,
      offset: records.readUInt32LE(position + 32),
      at: records.readUInt32LE(position + 36),
      length: records.readUInt32LE(position + 40),
    };
  }

  #record(number: number): { pack: string; records: Buffer; position: number } {
    let low = 0;
    for (let high = this.#packs.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.#packs[middle]!.first <= number) low = middle;
      else high = middle - 1;
    }
    const { name, records, first } = this.#packs[low]!;
    return { pack: name, records, position: (number - first) * recordLength };
  }

  #fill(): void {
    if (this.#table.length < this.#count * 2) {
      this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(this.#count * 2 + 2)));
      this.#filled = 0;
    }
    const mask = this.#table.length - 1;
    for (const { records, first } of this.#packs) {
      const end = first + records.length / recordLength;
      for (let number = Math.max(first, this.#filled); number < end; number++) {
        let slot = records.readUInt32BE((number - first) * recordLength) & mask;
        while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
        this.#table[slot] = number + 1;
      }
    }
    this.#filled = this.#count;
  }
}
