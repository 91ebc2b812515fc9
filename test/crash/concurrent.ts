import { parseArgs } from 'node:util';
import { concurrentRound } from './concurrent-round.ts';
import { crashDirectory } from './place.ts';

/**
 * Eight processes that snapshot, restore, delete, prune and verify in one vault at once, for as long as you like:
 *
 *     node test/crash/concurrent.ts [--seed N] [--rounds N] [--seconds N]
 *
 * Who comes first is chance, so a seed that failed may need several rounds to fail again.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
  },
});

for (let round = 0; round < Number(values.rounds); round++) {
  using place = crashDirectory();
  console.log(await concurrentRound(place.path, Number(values.seed) + round, Number(values.seconds)));
}
