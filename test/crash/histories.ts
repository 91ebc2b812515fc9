import { parseArgs } from 'node:util';
import { runApart, runHere } from './history-orders.ts';
import { history } from './history-round.ts';
import { crashDirectory } from './place.ts';

/**
 * Random histories of roots, with deaths and failures on the way, for as long as you like:
 *
 *     node test/crash/histories.ts [--seed N] [--rounds N] [--steps N] [--apart] [--keep-going]
 *
 * A round is one order and the look at what came of it; `--steps` of them make a history, each with the seed after that of
 * the one before. What fails is told with its seed, and `--seed` with it and `--rounds 1` does it again. `--apart` really
 * kills processes, which takes several times as long: half of them at a call, the others from outside, at a time that is a
 * share of what such an order takes.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rounds: { type: 'string', default: '300' },
    steps: { type: 'string', default: '20' },
    apart: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
});

const steps = Number(values.steps);
const total = { histories: 0, deaths: 0, killed: 0, failures: 0, lost: 0 };
while (total.histories * steps < Number(values.rounds) && (total.lost === 0 || values['keep-going'])) {
  using place = crashDirectory();
  const seed = Number(values.seed) + total.histories++;
  try {
    const { deaths, killed, failures } = await history(
      `${place.path}/world`,
      seed,
      steps,
      values.apart ? runApart : runHere,
    );
    total.deaths += deaths;
    total.killed += killed;
    total.failures += failures;
  } catch (error) {
    total.lost++;
    console.log('FAILED', error);
  }
}
const { histories, deaths, killed, failures, lost } = total;
console.log(
  `${histories * steps} rounds, ${deaths} deaths (${killed} from outside), ${failures} failures, ${lost} lost`,
);
process.exitCode = lost === 0 ? 0 : 1;
