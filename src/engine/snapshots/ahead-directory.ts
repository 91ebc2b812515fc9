import type { NamedEntry } from '../read-directory.ts';
import { type FilesRead, numbersPerFile } from './read-files.ts';

/** A file that was read ahead; its content is in the store. */
export interface ReadFile {
  size: number;
  mode: number;
  mtimeMs: number;
  ctimeMs: number;
  ino: number;
  mtime: string;
  sha256: string;
}

/** Files that are read together. */
export interface Batch {
  directories: { path: string; names: string[] }[];
  files: number;
  /** Set while another thread reads them. */
  asked?: Promise<void> | undefined;
  /** What was read, until it is in the store. */
  answer?: FilesRead | undefined;
  /** Set when they were read and what they hold is in the store. */
  read?: Pick<FilesRead, 'states' | 'digests'> & { mtimes: string[] };
}

/** Files of one directory that are in one batch. */
interface Part {
  batch: Batch;
  /** Of the first of them, in the batch. */
  first: number;
  names: string[];
}

/** A directory that was listed ahead. Files are taken out in the order of their names. */
export class AheadDirectory {
  readonly entries: readonly NamedEntry[];
  readonly parts: Part[] = [];
  #next = 0;

  constructor(entries: readonly NamedEntry[]) {
    this.entries = entries;
  }

  get names(): string[] {
    return this.entries.map(({ name }) => name);
  }

  /** The batch to be asked for before the next file can be taken, if there is one. */
  get missing(): Batch | undefined {
    const batch = this.parts[0]?.batch;
    return batch?.read ? undefined : batch;
  }

  /** What was read of a file; `undefined` when it is to be captured as any other entry. */
  take(name: string): ReadFile | undefined {
    const part = this.parts[0];
    const read = part?.batch.read;
    if (!part || !read || part.names[this.#next] !== name) return undefined;
    const number = part.first + this.#next++;
    if (this.#next === part.names.length) {
      this.parts.shift();
      this.#next = 0;
    }
    const at = number * numbersPerFile;
    const { states, digests, mtimes } = read;
    if (states[at] === 0) return undefined;
    return {
      size: states[at + 1]!,
      mode: states[at + 2]!,
      mtimeMs: states[at + 3]!,
      ctimeMs: states[at + 4]!,
      ino: states[at + 5]!,
      mtime: mtimes[number]!,
      sha256: digests.slice(number * 64, number * 64 + 64),
    };
  }
}
