import fs from 'node:fs';
import zlib from 'node:zlib';
import { vaultPath } from '../../../src/engine/context.ts';
import { createSnapshot } from '../../../src/engine/snapshots/create.ts';
import { codec } from '../../../src/engine/vault/codec.ts';
import { decodeIndex } from '../../../src/engine/vault/index-file.ts';
import { ObjectStore } from '../../../src/engine/vault/object-store.ts';
import { blockHeaderLength, encodeBlockHeader, packMagic, readPack } from '../../../src/engine/vault/pack.ts';
import { indexPath, packRecords } from '../../../src/engine/vault/pack-index.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { firstFile, smallTree } from '../world.ts';

// Of a long file each round would hash a mebibyte again and again.
const { long: _, ...tree } = smallTree;

/** Blocks that grow when they are decompressed, further than their header says or as far as it says. */
const growing = [codec.zstd, codec.deflate].flatMap(kind => {
  const zeros = Buffer.alloc(32 * 1024 * 1024);
  const payload = kind === codec.zstd ? zlib.zstdCompressSync(zeros) : zlib.deflateSync(zeros, { level: 1 });
  return [zeros.length, 2 ** 29, 4096].map(rawLength =>
    Buffer.concat([encodeBlockHeader({ codec: kind, storedLength: payload.length, rawLength, count: 0 }), payload]),
  );
});

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
