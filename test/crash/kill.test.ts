import { describe, test } from 'node:test';
import { crashDirectory } from './place.ts';
import { Random } from './random.ts';
import { killEverywhere, killSomewhere } from './sweep.ts';
import { operations, World } from './world.ts';

/** Processes that are killed at a call: all calls of a tiny world, and some of larger ones. More: `run.ts`. */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);

// The killed process and the look at what it left take turns, so two of these keep two cores at work.
describe('killed', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  for (const operation of operations) {
    test(`at any moment: ${operation}`, async () => {
      using place = crashDirectory();
      await killEverywhere(await World.make(`${place.path}/world`, operation, new Random(10), 1));
    });

    test(`somewhere, seed ${seed}: ${operation}`, async () => {
      using place = crashDirectory();
      const random = new Random(seed);
      const world = await World.make(`${place.path}/world`, operation, random);
      for (let round = 0; round < 2; round++) await killSomewhere(world, random);
    });
  }
});
