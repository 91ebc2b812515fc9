import { type Context, vaultPath } from '../context.ts';
import { BlockCache } from './block-cache.ts';
import type { Location } from './object-index.ts';
import { readBlock } from './pack.ts';
import { withoutWaiting } from './read-vault-file.ts';

const bytesKept = 24 * 1024 * 1024;
const filesKept = 64;

/** Reads objects from where they lie, keeping the last few blocks and files at hand. */
export class PackReader {
  readonly #context: Pick<Context, 'ports' | 'root'>;
  readonly #blocks = new BlockCache<string>(bytesKept);
  readonly #files = new Map<string, { file: number; size: number }>();

  constructor(context: Pick<Context, 'ports' | 'root'>) {
    this.#context = context;
  }

  /** The bytes at a place, unchecked. @throws CORRUPT, or the system's error when the pack is gone */
  read({ pack, offset, at, length }: Location): Buffer {
    const key = `${pack}:${offset}`;
    let block = this.#blocks.get(key);
    if (!block) {
      const { file, size } = this.#open(pack);
      block = readBlock(this.#context.ports.fs, file, size, offset, packPath(this.#context, pack));
      this.#blocks.add(key, block);
    }
    return block.raw.subarray(at, at + length);
  }

  close(): void {
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

  #open(pack: string): { file: number; size: number } {
    let open = this.#files.get(pack);
    if (!open) {
      const { fs } = this.#context.ports;
      const file = fs.openSync(packPath(this.#context, pack), withoutWaiting);
      open = { file, size: fs.fstatSync(file).size };
      if (this.#files.size >= filesKept) {
        const [oldest, { file: oldestFile }] = this.#files.entries().next().value!;
        fs.closeSync(oldestFile);
        this.#files.delete(oldest);
      }
      this.#files.set(pack, open);
    }
    return open;
  }
}

export function packPath(context: Pick<Context, 'root'>, pack: string): string {
  return vaultPath(context, 'packs', `${pack}.pack`);
}
