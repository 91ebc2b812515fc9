import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz, type Target } from './fuzz.ts';
import { records } from './targets/records.ts';
import { targets } from './targets.ts';

/**
 * `npm run test:fuzz -- --rounds 100000 --seed 7 --only pack`; `--round N` repeats one. Each target is tried in a process
 * of its own: the peak of memory is then its own too, and what one leaves behind slows no other.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    round: { type: 'string' },
  },
});
const all = [...records, ...targets];
const wanted = all.filter(({ name }) => values.only?.includes(name) ?? true);
if (wanted.length === 0) throw new Error(`There are ${all.map(({ name }) => name).join(', ')}.`);

const [only, ...others] = wanted;
if (only && others.length === 0) await tell(only);
else for (const { name } of wanted) tellApart(name);

async function tell(target: Target): Promise<void> {
  const rounds = values.round === undefined ? Array(Number(values.rounds)).keys() : [Number(values.round)];
  const { milliseconds, slowest, peak, outcomes, failures } = await fuzz(target, rounds, Number(values.seed));
  const told = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  process.stdout.write(
    `${target.name}: ${Math.round(milliseconds / 1000)} s, slowest ${Math.round(slowest)} ms, peak ${Math.round(peak)} MiB, ${told.join(', ')}\n`,
  );
  for (const failure of failures) process.stdout.write(`  FAILED ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

function tellApart(name: string): void {
  const { rounds, seed, round } = values;
  const args = [fileURLToPath(import.meta.url), '--rounds', rounds, '--seed', seed, '--only', name];
  if (round !== undefined) args.push('--round', round);
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
