import type { Context } from '../context.ts';
import { below } from '../names.ts';
import type { Pace } from '../pace.ts';
import { readEntries } from '../read-directory.ts';
import { runJob } from '../threads/run-job.ts';
import { namesOf } from '../vault/file-numbers.ts';
import type { ObjectSink } from '../vault/object-store.ts';
import { blockTarget } from '../vault/pack.ts';
import type { ScannedDirectory } from '../vault/scan-cache.ts';
import { AheadDirectory, type Batch } from './ahead-directory.ts';
import { type FilesRead, type FilesToRead, mostFiles, numbersPerFile, readFiles } from './read-files.ts';
import type { Selection } from './selection.ts';

/** Batches that are made before they are needed: enough for all threads to be busy, few enough to bound the memory. */
const batchesAhead = 8;
/** To each thread, so that it goes on while this one is busy. */
const perThread = 3;
/** For fewer files, another thread is not there before all is done. */
const worthThreads = 500;
/** Files of a batch while nothing is known of their lengths. */
const firstBatch = 128;

/** What the walk is about, and what it knows. */
export interface Surroundings {
  context: Context;
  base: string;
  store: Required<Pick<ObjectSink, 'putBlock'>>;
  selection: Selection;
  before: ReadonlyMap<string, ScannedDirectory>;
  unchanged: ReadonlySet<ScannedDirectory>;
  pace: Pace;
}

/**
 * Lists directories before the walk comes to them, and reads the small files in them that no earlier capture knows: in
 * batches that are blocks in the end, here and on other threads at once. All that is unusual is left to the walk.
 */
export class ReadAhead {
  readonly #in: Surroundings;
  /** Directories to list, the next one last. */
  readonly #stack: string[] = [];
  readonly #stacked = new Set<string>();
  readonly #listed = new Map<string, AheadDirectory>();
  #open: Batch = { directories: [], files: 0 };
  /** Made, and nobody reads them yet. */
  #waiting: Batch[] = [];
  /** How many batches other threads have. */
  #asked = 0;
  /** Batches that were made and not fetched. */
  #ahead = 0;
  #filesMade = 0;
  #filesRead = 0;
  #bytesRead = 0;
  /** Whether the last files read were new to the vault, and so the next ones probably are. */
  #areNew = true;

  constructor(surroundings: Surroundings) {
    this.#in = surroundings;
  }

  /** The directory at a path, listed; `undefined` when it cannot be. */
  directory(at: string): AheadDirectory | undefined {
    if (!this.#listed.has(at) && !this.#stacked.has(at)) this.#push(at);
    while (this.#stacked.has(at)) this.#listNext();
    const found = this.#listed.get(at);
    this.#listed.delete(at);
    return found;
  }

  /** Makes the next file of a directory ready to be taken. */
  async fetch(directory: AheadDirectory): Promise<void> {
    const batch = directory.missing;
    if (!batch) return;
    if (batch === this.#open) this.#closeBatch();
    while (!batch.answer) {
      this.#goAhead();
      const next = batch.asked ? this.#waiting[0] : batch;
      if (next) this.#readHere(next);
      // What other threads say is heard only when the event loop turns.
      if (next && this.#filesMade >= worthThreads) await this.#in.pace.breathe();
      else if (!next) await batch.asked;
    }
    const { states, digests, mtimes, block } = batch.answer;
    this.#areNew = await this.#in.store.putBlock(block);
    batch.read = { states, digests, mtimes: mtimes.split(' ') };
    batch.answer = undefined;
    this.#ahead--;
  }

  /** Makes batches, and gives them to other threads. */
  #goAhead(): void {
    const { ports } = this.#in.context;
    while (this.#stack.length > 0 && this.#ahead < batchesAhead) this.#listNext();
    if (this.#filesMade < worthThreads || !ports.threads) return;
    ports.threads.getReady();
    // Until then this thread reads alone.
    if (!ports.threads.isReady) return;
    while (this.#waiting.length > 0 && this.#asked < ports.threads.count * perThread) this.#ask(this.#waiting.shift()!);
  }

  #ask(batch: Batch): void {
    this.#asked++;
    const answered = (answer?: FilesRead) => {
      this.#asked--;
      batch.asked = undefined;
      if (answer) this.#take(batch, answer);
    };
    // Where another thread fails, the files are read here.
    batch.asked = runJob(this.#in.context.ports, 'readFiles', this.#question(batch)).then(answered, () => answered());
  }

  #readHere(batch: Batch): void {
    this.#waiting = this.#waiting.filter(one => one !== batch);
    this.#take(batch, readFiles(this.#in.context.ports.fs, this.#question(batch)).answer);
  }

  #take(batch: Batch, answer: FilesRead): void {
    batch.answer = answer;
    for (let at = 0; at < answer.states.length; at += numbersPerFile) this.#filesRead += answer.states[at]!;
    this.#bytesRead += answer.block.rawLength;
  }

  #question({ directories }: Batch): FilesToRead {
    return {
      directories: directories.map(({ path, names }) => ({ path, names: names.join('/') })),
      compress: this.#areNew,
    };
  }

  #push(at: string): void {
    this.#stack.push(at);
    this.#stacked.add(at);
  }

  #listNext(): void {
    const { context, base, selection, before, unchanged } = this.#in;
    const at = this.#stack.pop()!;
    this.#stacked.delete(at);
    const absolute = below(base, at);
    let directory: AheadDirectory;
    try {
      directory = new AheadDirectory(readEntries(context.ports.fs, absolute));
    } catch {
      // The walk comes here too, and says what is wrong.
      return;
    }
    this.#listed.set(at, directory);
    const known = new Set(namesOf(before.get(at)?.names ?? ''));
    const inside: string[] = [];
    const files: string[] = [];
    for (const { name, kind } of directory.entries) {
      const path = at === '' ? name : `${at}/${name}`;
      if (kind === 'other' || !selection.mayHold(path) || selection.excludes(path)) continue;
      if (kind === 'file') {
        if (!known.has(name) && selection.takes(path)) files.push(name);
      } else if (!unchanged.has(before.get(path)!)) inside.push(path);
    }
    this.#addFiles(directory, absolute, files);
    for (const path of inside.reverse()) this.#push(path);
  }

  #addFiles(directory: AheadDirectory, absolute: string, files: readonly string[]): void {
    for (let start = 0; start < files.length; ) {
      const batch = this.#open;
      const names = files.slice(start, start + Math.max(1, this.#batchSize() - batch.files));
      start += names.length;
      directory.parts.push({ batch, first: batch.files, names });
      batch.directories.push({ path: absolute, names });
      batch.files += names.length;
      this.#filesMade += names.length;
      if (batch.files >= this.#batchSize()) this.#closeBatch();
    }
  }

  #closeBatch(): void {
    this.#waiting.push(this.#open);
    this.#ahead++;
    this.#open = { directories: [], files: 0 };
  }

  /** So many files as make about one block. */
  #batchSize(): number {
    if (this.#filesRead === 0) return firstBatch;
    const mean = this.#bytesRead / this.#filesRead;
    return Math.max(1, Math.min(mostFiles, Math.round(blockTarget / mean)));
  }
}
