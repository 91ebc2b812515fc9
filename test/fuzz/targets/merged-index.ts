import fs from 'node:fs';
import { vaultPath } from '../../../src/engine/context.ts';
import { sealCache, unsealCache } from '../../../src/engine/vault/cache-file.ts';
import { recordLength } from '../../../src/engine/vault/index-file.ts';
import { objectId } from '../../../src/engine/vault/object-id.ts';
import { ObjectStore } from '../../../src/engine/vault/object-store.ts';
import { ensureVault } from '../../../src/engine/vault/vault-record.ts';
import type { Random } from '../../crash/random.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { sealed } from '../sealed.ts';

const headLength = 32 + 4;
/** More than are opened one by one. */
const packs = 70;

/** One that says it has more, or fewer, records than it has. */
function withCount(random: Random, raw: Buffer): Buffer {
  const body = Buffer.from(raw);
  const pack = random.below(body.length / (headLength + recordLength));
  const count = random.pick([0, 1, 2, 3, packs, 2 ** 16, 2 ** 27, 2 ** 31, 2 ** 32 - 1]);
  body.writeUInt32LE(count, pack * (headLength + recordLength) + 32);
  return body;
}

export const mergedIndex: Target = {
  name: 'merged-index',
  setUp: async place => {
    const context = place.open();
    ensureVault(context);
    const ids: string[] = [];
    for (let number = 0; number < packs; number++) {
      const content = Buffer.from(`content ${number}`);
      const id = objectId(content);
      const store = new ObjectStore(context);
      await store.put('content', id, content);
      await store.flush();
      await store.close();
      ids.push(id);
    }
    const file = vaultPath(context, 'cache', 'packs');
    const look = async (id: string) => {
      const store = new ObjectStore(context);
      try {
        store.has('00'.repeat(32));
        void store.rawBytes;
        return store.get(id);
      } finally {
        await store.close();
      }
    };
    await look(ids[0]!);
    const sample = fs.readFileSync(file);
    const magic = sample.toString('latin1', 0, 16);
    const raw = unsealCache(magic, sample)!;
    return {
      input: random => {
        const kind = random.below(5);
        if (kind === 0) return mutated(random, sample);
        if (kind === 1) return sealed(mutated(random, sample.subarray(0, -32)));
        return sealCache(magic, kind === 2 ? withCount(random, raw) : mutated(random, raw));
      },
      parse: (bytes, random) => {
        fs.writeFileSync(file, bytes);
        return look(random.pick(ids));
      },
    };
  },
};
