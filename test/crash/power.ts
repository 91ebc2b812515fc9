import { parseArgs } from 'node:util';
import { eachWorld } from './each-world.ts';
import { crashDirectory } from './place.ts';
import { cutPowerEverywhere, poweredWorld } from './power-cut.ts';
import { sessionSubjects } from './power-subjects.ts';

/**
 * Power cuts for as long as you like:
 *
 *     node test/crash/power.ts [--seed N] [--rounds N] [--only "migrate apply"] [--size N]
 *
 * A round cuts the power at every call of each operation, also of those with sessions (`session type`, …), and lets the disk
 * forget what it may. What fails is told with its seed; the same seed with `--rounds 1` and `--only` does it again.
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
let failures = await eachWorld(values, async (world, _random, seed) => {
  cut += await cutPowerEverywhere(poweredWorld(world), seed);
});
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = Number(values.seed) + round;
  for (const [name, make] of sessionSubjects) {
    if (values.only !== undefined && values.only !== name) continue;
    using place = crashDirectory();
    try {
      cut += await cutPowerEverywhere(await make(`${place.path}/app`), seed);
    } catch (error) {
      failures++;
      console.log(`seed ${seed}  ${name}: FAILED`, error);
    }
  }
}
console.log(`${cut} power cuts, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
