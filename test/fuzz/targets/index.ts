import fs from 'node:fs';
import { vaultPath } from '../../../src/engine/context.ts';
import { createSnapshot } from '../../../src/engine/snapshots/create.ts';
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
    const records = decodeIndex(sample)!;
    const ids = Array.from({ length: records.length / 44 }, (_, at) => records.toString('hex', at * 44, at * 44 + 32));
    return {
      input: random => {
        const kind = random.below(3);
        if (kind === 0) return mutated(random, sample);
        const body = mutated(random, sample.subarray(0, -32));
        // With the count that fits, so that what the records say is believed.
        const count = (body.length - 20) / 44;
        if (kind === 2 && Number.isInteger(count) && count >= 0) body.writeUInt32LE(count, 16);
        return sealed(body);
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
