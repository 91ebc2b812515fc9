import { chunkHead } from '../vault/pack-chunk.ts';
import { chunkLength } from '../vault/tree.ts';

/**
 * Memory that threads share, a chunk of a large file and the head of its block at a time. Used again and again: the engine does
 * not count it, and so would collect what nobody uses any more only after hundreds of megabytes of it.
 */
const free: SharedArrayBuffer[] = [];

export function takeShared(): SharedArrayBuffer {
  return free.pop() ?? new SharedArrayBuffer(chunkHead + chunkLength);
}

/** Only for what no other thread may still be writing to. */
export function giveShared(memory: SharedArrayBuffer): void {
  free.push(memory);
}
