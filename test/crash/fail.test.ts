import { test } from 'node:test';
import { crashDirectory } from './place.ts';
import { Random } from './random.ts';
import { failEverywhere } from './sweep.ts';
import { operations, World } from './world.ts';

/** Calls that fail: each of a tiny world with one kind of fault, and some with a fault that stays. More: `run.ts`. */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);

for (const operation of operations) {
  test(`any call fails, seed ${seed}: ${operation}`, { skip: process.platform === 'win32' }, async () => {
    using place = crashDirectory();
    const world = await World.make(`${place.path}/world`, operation, new Random(seed), 1);
    await failEverywhere(world, { step: 6, offset: seed % 6 });
    await failEverywhere(world, { step: 17, offset: seed % 17, lasting: true });
  });
}
