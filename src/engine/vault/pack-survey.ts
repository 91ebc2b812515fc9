import type { Context } from '../context.ts';
import { asHoldfastError, isAbsent } from '../errors.ts';
import type { Pace } from '../pace.ts';
import { entriesOf, type IndexEntry, recordsOf } from './index-file.ts';
import { objectHash } from './object-id.ts';
import { listPacks } from './object-store.ts';
import { readPack } from './pack.ts';
import { packPath } from './pack-reader.ts';
import { withoutWaiting } from './read-vault-file.ts';
import type { Survey } from './survey.ts';

/** Reads packs to the last byte, each once, and says which objects are really in them. */
export class PackSurvey {
  readonly #context: Context;
  readonly #survey: Survey;
  readonly #report: (pack: string, reason: string) => void;
  readonly #pace: Pace;
  readonly #seen = new Set<string>();

  constructor(context: Context, survey: Survey, report: (pack: string, reason: string) => void, pace: Pace) {
    this.#context = context;
    this.#survey = survey;
    this.#report = report;
    this.#pace = pace;
  }

  hasRead(pack: string): boolean {
    return this.#seen.has(pack);
  }

  async readAll(): Promise<void> {
    const packs = listPacks(this.#context);
    for (const [number, pack] of packs.entries()) await this.read(pack, number, packs.length);
  }

  /** Reads a pack unless it was read already. One that prune removed meanwhile is no damage: what it held lies elsewhere. */
  async read(pack: string, done = 0, total = 1): Promise<void> {
    if (this.#seen.has(pack)) return;
    this.#seen.add(pack);
    const path = packPath(this.#context, pack);
    const blocks: IndexEntry[][] = [];
    let damaged = false;
    const damage = (reason: string) => {
      damaged = true;
      this.#report(pack, reason);
    };
    try {
      if ((await this.#digestOf(path)) !== pack) damage('its bytes are not those that its name says');
      for (const block of readPack(this.#context.ports.fs, path, error => damage(error.message))) {
        blocks.push(entriesOf(block));
        if (this.#pace.due()) await this.#pace.breathe({ phase: 'Verifying', done, total, unit: 'items' });
      }
    } catch (error) {
      if (isAbsent(error) && !damaged) return;
      const known = asHoldfastError(error);
      if (known.code === 'CANCELLED') throw known;
      damage(known.message);
    }
    const { good, salvaged } = this.#survey;
    const entries = blocks.flat();
    if (damaged) salvaged.set(pack, new Set(entries.map(({ id }) => id)));
    else good.add(pack, recordsOf(entries));
  }

  async #digestOf(path: string): Promise<string> {
    const { fs } = this.#context.ports;
    const hash = objectHash();
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    const file = fs.openSync(path, withoutWaiting);
    try {
      // A device that a link leads to may have no end.
      if (!fs.fstatSync(file).isFile()) return '';
      for (let read = fs.readSync(file, buffer); read > 0; read = fs.readSync(file, buffer)) {
        hash.update(buffer.subarray(0, read));
        this.#survey.bytesRead += read;
        if (this.#pace.due()) await this.#pace.breathe();
      }
    } finally {
      fs.closeSync(file);
    }
    return hash.digest('hex');
  }
}
