import type { FileCalls } from '../ports.ts';
import type { LiveEntry } from './gather.ts';
import { fileOf, type LiveFile } from './read-live-file.ts';

/** A file that is in the archive under one of its names. */
interface First extends Omit<LiveFile, 'file'> {
  /** In the archive. */
  name: string;
  sha256: string;
}

/** Files with several names, while they are archived: the first name has the bytes, the others are hard links to it. */
export class ArchivedLinks {
  readonly #fs: FileCalls;
  readonly #firsts = new Map<string, First>();

  constructor(fs: FileCalls) {
    this.#fs = fs;
  }

  /** @param file as `fileOf` says */
  add(file: string, first: First): void {
    this.#firsts.set(file, first);
  }

  /** What an entry is another name of, as it is now. @throws what looking at it throws */
  firstOf({ absolute, linked }: LiveEntry): First | undefined {
    return linked ? this.#firsts.get(fileOf(this.#fs.lstatSync(absolute, { bigint: true }))) : undefined;
  }
}
