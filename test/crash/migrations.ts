import { parseArgs } from 'node:util';
import { migrationRound } from './migration-round.ts';
import { runHere } from './orders.ts';
import { crashDirectory } from './place.ts';
import { runApart } from './run-apart.ts';

/**
 * Random worlds, migrated, killed on the way and taken back, for as long as you like:
 *
 *     node test/crash/migrations.ts [--seed N] [--rounds N] [--apart] [--keep-going]
 *
 * Each round has the seed after that of the one before; what fails is told with its seed, and `--seed` with it does it
 * again. `--apart` really kills processes, which takes several times as long.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1' },
    apart: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});

let [rounds, deaths, failures] = [0, 0, 0];
while (rounds < Number(values.rounds) && (failures === 0 || values['keep-going'])) {
  using place = crashDirectory();
  try {
    const seed = Number(values.seed) + rounds++;
    deaths += await migrationRound(`${place.path}/world`, seed, values.apart ? runApart : runHere);
  } catch (error) {
    failures++;
    console.log('FAILED', error);
  }
}
console.log(`${rounds} rounds, ${deaths} deaths, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
