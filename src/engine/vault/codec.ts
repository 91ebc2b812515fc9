import zlib from 'node:zlib';
import { HoldfastError } from '../errors.ts';

/** How the payload of a block is stored: the number is the block's codec byte (docs/format.md). */
export const codec = { stored: 0, zstd: 1, deflate: 2 } as const;

/** Node 20 has no zstd; what it writes, every later Node reads. */
const hasZstd = typeof zlib.zstdCompress === 'function';

/** Bytes as they are stored: as they are where compressing gains nothing. */
export interface Compressed {
  codec: number;
  payload: Buffer;
}

/** Compresses on another thread, so that the caller can read and hash the next files meanwhile. */
export function compress(raw: Buffer): Promise<Compressed> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, payload: Buffer) => (error ? reject(error) : resolve(smaller(raw, payload)));
    if (hasZstd) zlib.zstdCompress(raw, zstdOptions(raw), done);
    else zlib.deflate(raw, deflateOptions, done);
  });
}

/** Compresses at once: half the work of handing it over, for who is on another thread already or has little. */
export function compressNow(raw: Buffer): Compressed {
  return smaller(raw, hasZstd ? zlib.zstdCompressSync(raw, zstdOptions(raw)) : zlib.deflateSync(raw, deflateOptions));
}

const smaller = (raw: Buffer, payload: Buffer): Compressed =>
  payload.length < raw.length
    ? { codec: hasZstd ? codec.zstd : codec.deflate, payload }
    : { codec: codec.stored, payload: raw };

/** In one piece where it becomes five eighths as long: put together from many, the result would be in memory twice. */
const zstdOptions = (raw: Buffer) => ({
  chunkSize: Math.max(64, (raw.length * 5) >> 3),
  params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 },
});
const deflateOptions = { level: 1 };

/**
 * @param rawLength what the block's header promises; never more memory than that is used
 * @throws CORRUPT when the payload is not what the header says
 */
export function decompress(kind: number, payload: Buffer, rawLength: number): Buffer {
  // One piece that all of it fits into: put together from many, it would be in memory twice.
  const limit = { maxOutputLength: Math.max(1, rawLength), chunkSize: Math.max(64, rawLength + 1) };
  if (kind === codec.zstd && !hasZstd) {
    throw new HoldfastError('FAILED', 'This vault holds zstd data, which this Node.js cannot read.', {
      hint: 'Use Node.js 22.15 or newer.',
    });
  }
  try {
    const raw =
      kind === codec.stored
        ? payload
        : kind === codec.zstd
          ? zlib.zstdDecompressSync(payload, limit)
          : kind === codec.deflate
            ? zlib.inflateSync(payload, limit)
            : undefined;
    if (raw?.length === rawLength) return raw;
  } catch (error) {
    throw new HoldfastError('CORRUPT', 'A block cannot be decompressed.', { cause: error });
  }
  throw new HoldfastError('CORRUPT', 'A block does not have the length that its header says.');
}
