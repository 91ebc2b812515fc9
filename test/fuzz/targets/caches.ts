import fs from 'node:fs';
import { vaultPath } from '../../../src/engine/context.ts';
import { collectSessions } from '../../../src/engine/sessions/collect.ts';
import { listSessions } from '../../../src/engine/sessions/list.ts';
import { writeLooks } from '../../../src/engine/sessions/look-cache.ts';
import { captureKey, createSnapshot } from '../../../src/engine/snapshots/create.ts';
import { sealCache, unsealCache } from '../../../src/engine/vault/cache-file.ts';
import { readScanCache } from '../../../src/engine/vault/scan-cache.ts';
import type { Target } from '../fuzz.ts';
import { mutated } from '../mutate.ts';
import { mutatedJson } from '../mutate-json.ts';
import { sealed } from '../sealed.ts';
import { firstFile, makeWorld } from '../world.ts';

/** A capture goes by the cache; what that takes is done for some inputs only. */
const captures = 40;

export const scanCache: Target = {
  name: 'scan-cache',
  setUp: async place => {
    const { context } = await makeWorld(place);
    const file = vaultPath(context, 'cache', 'scan');
    const sample = fs.readFileSync(file);
    const key = captureKey(context);
    const magic = sample.toString('latin1', 0, 16);
    const raw = unsealCache(magic, sample)!;
    const end = 4 + raw.readUInt32LE();
    const withJson = (json: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(json.length);
      return Buffer.concat([length, json, raw.subarray(end)]);
    };
    const value: unknown = JSON.parse(raw.toString('utf8', 4, end));
    const growing = ['audit', 'packs', 'index'].map(part => vaultPath(context, part));
    const before = namesIn(growing);
    return {
      input: random => {
        const kind = random.below(4);
        if (kind === 0) return mutated(random, sample);
        if (kind === 1) return sealed(mutated(random, sample.subarray(0, -32)));
        if (kind === 2) return sealCache(magic, mutated(random, raw));
        return sealCache(magic, withJson(Buffer.from(mutatedJson(random, value))));
      },
      parse: async (bytes, random) => {
        fs.writeFileSync(file, bytes);
        const cache = readScanCache(context, key);
        if (!cache || random.below(captures) > 0) return;
        const { id } = await createSnapshot(context, {}, {});
        fs.rmSync(vaultPath(context, 'snapshots', `${id}.json`));
        for (const added of namesIn(growing)) if (!before.has(added)) fs.rmSync(added);
      },
    };
  },
};

/** What thousands of captures add to a vault would be all that is measured in the end. */
function namesIn(directories: readonly string[]): Set<string> {
  return new Set(directories.flatMap(directory => fs.readdirSync(directory).map(name => `${directory}/${name}`)));
}

export const sessionsCache: Target = {
  name: 'sessions-cache',
  setUp: async place => {
    const { context } = await makeWorld(place);
    writeLooks(context, new Map(collectSessions(context).map(({ place: at, look }) => [at.location, look])));
    const file = firstFile(vaultPath(context, 'cache')).replace(/[^/]*$/, 'sessions');
    const sample = fs.readFileSync(file);
    return {
      // What its own digest vouches for is taken as it is: whoever can write that, can write the sessions.
      input: random => mutated(random, sample),
      parse: async bytes => {
        fs.writeFileSync(file, bytes);
        await listSessions(context, { sort: 'title', filter: 'o' });
      },
    };
  },
};
