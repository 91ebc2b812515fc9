import fs from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import zlib from 'node:zlib';
import { vaultPath } from '../../../src/engine/context.ts';
import { createSnapshot } from '../../../src/engine/snapshots/create.ts';
import { codec } from '../../../src/engine/vault/codec.ts';
import { decodeIndex } from '../../../src/engine/vault/index-file.ts';
import { ObjectStore } from '../../../src/engine/vault/object-store.ts';
import {
  blockHeaderLength,
  blockTarget,
  encodeBlockHeader,
  longestObject,
  packMagic,
  readPack,
} from '../../../src/engine/vault/pack.ts';
import { indexPath, packRecords } from '../../../src/engine/vault/pack-index.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { firstFile, smallTree } from '../world.ts';

// Of a long file each round would hash a mebibyte again and again.
const { long: _, ...tree } = smallTree;

const mebibyte = 1024 * 1024;

/** A payload that is small until it is decompressed: a length, then zeros. */
async function zeros(kind: number, length: number): Promise<Buffer> {
  const first = Buffer.alloc(mebibyte);
  first.writeUInt32LE(length - 4);
  const pieces = function* () {
    yield first;
    for (let at = mebibyte; at < length; at += mebibyte) yield Buffer.alloc(Math.min(mebibyte, length - at));
  };
  const compressor = kind === codec.zstd ? zlib.createZstdCompress() : zlib.createDeflate({ level: 1 });
  return buffer(Readable.from(pieces()).pipe(compressor));
}

function block(kind: number, payload: Buffer, rawLength: number, count: number): Buffer {
  return Buffer.concat([encodeBlockHeader({ codec: kind, storedLength: payload.length, rawLength, count }), payload]);
}

/** Blocks that grow when they are decompressed: as far as their header says, further, less far, or to as many objects as there may be. */
async function growingBlocks(): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  for (const kind of [codec.zstd, codec.deflate]) {
    const small = await zeros(kind, 32 * mebibyte);
    for (const claimed of [32 * mebibyte, 2 ** 29, 4096]) blocks.push(block(kind, small, claimed, 0));
    blocks.push(block(kind, await zeros(kind, longestObject + 4), longestObject + 4, 1));
    blocks.push(block(kind, await zeros(kind, 2 ** 29), 2 ** 29, 1));
    for (const length of [0, 1]) {
      const raw = Buffer.alloc(blockTarget * (4 + length));
      for (let at = 0; at < blockTarget; at++) raw.writeUInt32LE(length, at * 4);
      const payload = kind === codec.zstd ? zlib.zstdCompressSync(raw) : zlib.deflateSync(raw);
      const many = block(kind, payload, raw.length, blockTarget);
      blocks.push(many, Buffer.concat([many, many, many, many]));
    }
  }
  return blocks;
}

export const pack: Target = {
  name: 'pack',
  setUp: async place => {
    makeTree(place.root, tree);
    const context = place.open();
    await createSnapshot(context, {}, {});
    const file = firstFile(vaultPath(context, 'packs'));
    const sample = fs.readFileSync(file);
    const name = file.slice(-69, -5);
    const records = decodeIndex(fs.readFileSync(indexPath(context, name)))!;
    const ids = Array.from({ length: records.length / 44 }, (_, at) => records.toString('hex', at * 44, at * 44 + 32));
    fs.chmodSync(file, 0o600);
    const growing = await growingBlocks();
    return {
      input: random => {
        if (random.below(1000) === 0) return Buffer.concat([packMagic, random.pick(growing)]);
        if (random.below(4) > 0) return mutated(random, sample);
        // The header of the first block, whatever the rest.
        const end = packMagic.length + blockHeaderLength;
        const header = mutated(random, sample.subarray(packMagic.length, end));
        return Buffer.concat([packMagic, header, sample.subarray(end)]);
      },
      parse: async (bytes, random) => {
        fs.writeFileSync(file, bytes);
        fs.rmSync(indexPath(context, name), { force: true });
        for (const _ of readPack(context.ports.fs, file, () => {})) void _;
        packRecords(context, name);
        const store = new ObjectStore(context);
        try {
          store.get(random.pick(ids));
        } finally {
          await store.close();
        }
        for (const _ of readPack(context.ports.fs, file)) void _;
      },
    };
  },
};
