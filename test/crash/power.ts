import { parseArgs } from 'node:util';
import { crashDirectory } from './place.ts';
import { cutPowerEverywhere, poweredWorld } from './power-cut.ts';
import { Random } from './random.ts';
import { operations, World } from './world.ts';

/**
 * Power cuts for as long as you like:
 *
 *     node test/crash/power.ts [--seed N] [--rounds N] [--only "migrate apply"] [--size N]
 *
 * A round cuts the power at every call of each operation, and lets the disk forget what it may. What fails is told with its
 * seed; the same seed with `--rounds 1` and `--only` does it again.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1' },
    size: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
});

let failures = 0;
let cut = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = Number(values.seed) + round;
  for (const operation of operations) {
    if (values.only !== undefined && operation !== values.only) continue;
    using place = crashDirectory();
    try {
      const world = await World.make(`${place.path}/world`, operation, new Random(seed), Number(values.size));
      cut += await cutPowerEverywhere(poweredWorld(world), seed);
    } catch (error) {
      failures++;
      console.log(`seed ${seed}  ${operation}: FAILED`, error);
    }
  }
}
console.log(`${cut} power cuts, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
