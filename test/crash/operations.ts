import { parseArgs } from 'node:util';
import { eachWorld } from './each-world.ts';
import { failEverywhere, killEverywhere, killSomewhere } from './sweep.ts';

/**
 * The crash tests for as long as you like, with other trees in each round:
 *
 *     node test/crash/operations.ts [--seed N] [--rounds N] [--only "migrate apply"] [--all] [--size N]
 *
 * A round makes a world for each operation from the seed (which grows by one with each round), kills the operation five
 * times, and lets each of its calls fail once, and again for good. `--all` kills it at every call instead. What fails is
 * told with its seed; the same seed with `--rounds 1` and `--only` does it again.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1' },
    size: { type: 'string', default: '5' },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
});

const failures = await eachWorld(values, async (world, random, seed) => {
  if (values.all) await killEverywhere(world);
  else for (let death = 0; death < 5; death++) await killSomewhere(world, random);
  const failed = await failEverywhere(world);
  const forGood = await failEverywhere(world, { lasting: true, step: 7, offset: seed % 7 });
  console.log(`seed ${seed}  ${world.operation}: survived ${failed} faults, ${forGood} lasting ones`);
});
process.exitCode = failures === 0 ? 0 : 1;
