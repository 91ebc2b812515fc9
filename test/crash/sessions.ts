import { parseArgs } from 'node:util';
import { crashDirectory } from './place.ts';
import { sessionRound } from './session-round.ts';

/**
 * Random changes of a session by processes that die, for as long as you like:
 *
 *     node test/crash/sessions.ts [--seed N] [--rounds N] [--keep-going]
 *
 * Each round has the seed after that of the one before; what fails is told with its seed, and `--seed` with it does it
 * again.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1' },
    'keep-going': { type: 'boolean', default: false },
  },
});

let [rounds, deaths, failures] = [0, 0, 0];
while (rounds < Number(values.rounds) && (failures === 0 || values['keep-going'])) {
  using place = crashDirectory();
  try {
    deaths += await sessionRound(`${place.path}/world`, Number(values.seed) + rounds++);
  } catch (error) {
    failures++;
    console.log('FAILED', error);
  }
}
console.log(`${rounds} rounds, ${deaths} deaths, ${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
