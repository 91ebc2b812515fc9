import type { Job } from '../threads/jobs.ts';
import { codec, compressNow } from './codec.ts';
import { giveBack } from './give-back.ts';
import { objectId } from './object-id.ts';

/** In front of a chunk there is room for what its block begins with. */
export const chunkHead = 4;

/** A piece of a large file, to be made into a block of its own. */
export interface ChunkToPack {
  /** The head, then the chunk. The block comes back in it. */
  memory: SharedArrayBuffer;
  /** Of the chunk. */
  length: number;
  /** Whether it is expected to be new to the vault. */
  compress: boolean;
}

/** What lies in the memory now: the payload of a block. */
export interface PackedChunk {
  id: string;
  codec: number;
  payloadLength: number;
}

export const packChunk: Job<ChunkToPack, PackedChunk> = (_fs, { memory, length, compress }) => {
  const raw = Buffer.from(memory, 0, chunkHead + length);
  raw.writeUInt32LE(length);
  const id = objectId(raw.subarray(chunkHead));
  if (!compress) return { answer: { id, codec: codec.stored, payloadLength: raw.length } };
  const { codec: used, payload } = compressNow(raw);
  if (payload !== raw) {
    payload.copy(raw);
    giveBack(payload);
  }
  return { answer: { id, codec: used, payloadLength: payload.length } };
};
