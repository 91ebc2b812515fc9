import { describe, test } from 'node:test';
import { crashDirectory } from './place.ts';
import { cutPowerEverywhere, poweredWorld } from './power-cut.ts';
import { sessionSubjects } from './power-subjects.ts';
import { Random } from './random.ts';
import { operations, World } from './world.ts';

const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);

/** All calls, and other trees: `npm run test:crash -- power`. */
describe('the power is cut, and the disk forgets what was not flushed', {
  concurrency: 2,
  skip: process.platform !== 'linux' && 'tells files apart by inode numbers that are not used again',
}, () => {
  for (const operation of operations) {
    test(operation, async () => {
      using place = crashDirectory();
      const world = await World.make(`${place.path}/world`, operation, new Random(seed), 1);
      await cutPowerEverywhere(poweredWorld(world), seed, 5);
    });
  }

  for (const [what, make] of sessionSubjects) {
    test(what, async () => {
      using place = crashDirectory();
      await cutPowerEverywhere(await make(`${place.path}/app`), seed, 3);
    });
  }
});
