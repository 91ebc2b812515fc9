import fs from 'node:fs';
import { vaultPath } from '../../../src/engine/context.ts';
import { createSnapshot } from '../../../src/engine/snapshots/create.ts';
import { sealCache, unsealCache } from '../../../src/engine/vault/cache-file.ts';
import { decodeIndex } from '../../../src/engine/vault/index-file.ts';
import { ObjectStore } from '../../../src/engine/vault/object-store.ts';
import { makeTree } from '../../fixtures/tree.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { sealed } from '../sealed.ts';
import { firstFile, smallTree } from '../world.ts';

// Of a long file each round would hash a mebibyte again and again.
const { long: _, ...tree } = smallTree;

export const index: Target = {
  name: 'index',
  setUp: async place => {
    makeTree(place.root, tree);
    const context = place.open();
    await createSnapshot(context, {}, {});
    const file = firstFile(vaultPath(context, 'index'));
    const sample = fs.readFileSync(file);
    const magic = sample.toString('latin1', 0, 16);
    const raw = unsealCache(magic, sample)!;
    const records = decodeIndex(sample)!;
    const ids = Array.from({ length: records.length / 44 }, (_, at) => records.toString('hex', at * 44, at * 44 + 32));
    return {
      input: random => {
        const kind = random.below(4);
        if (kind === 0) return mutated(random, sample);
        if (kind === 1) return sealed(mutated(random, sample.subarray(0, -32)));
        const body = mutated(random, raw);
        // Of a length that fits, so that what the records say is believed.
        return sealCache(magic, kind === 2 ? body : body.subarray(0, body.length - (body.length % 44)));
      },
      parse: async (bytes, random) => {
        fs.writeFileSync(file, bytes);
        const store = new ObjectStore(context);
        try {
          store.has('00'.repeat(32));
          void store.rawBytes;
          store.get(random.pick(ids));
        } finally {
          await store.close();
        }
      },
    };
  },
};
