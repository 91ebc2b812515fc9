import { parseArgs } from 'node:util';
import { eachWorld } from './each-world.ts';
import { cutPowerEverywhere, poweredWorld } from './power-cut.ts';

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

let cut = 0;
const failures = await eachWorld(values, async (world, _random, seed) => {
  cut += await cutPowerEverywhere(poweredWorld(world), seed);
});
console.log(`${cut} power cuts, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
