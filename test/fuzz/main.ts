import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz, type Target } from './fuzz.ts';
import { records } from './targets/records.ts';
import { targets } from './targets.ts';

/**
 * `npm run test:fuzz -- --rounds 100000 --seed 7 --only pack`; `--round N` repeats one. Each target is tried in processes of
 * its own, a part of the inputs in each: the peak of memory is then theirs, not what tens of thousands before left behind.
 */
const roundsEach = 10_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    round: { type: 'string' },
    from: { type: 'string' },
  },
});
const all = [...records, ...targets];
const wanted = all.filter(({ name }) => values.only?.includes(name) ?? true);
if (wanted.length === 0) throw new Error(`There are ${all.map(({ name }) => name).join(', ')}.`);

const rounds = Number(values.rounds);
const [only] = wanted;
const first = Number(values.round ?? values.from ?? 0);
const isPart = values.round !== undefined || values.from !== undefined;
if (isPart && wanted.length === 1) await tell(only!, values.round === undefined ? rounds : 1);
else for (const { name } of wanted) tellApart(name);

async function tell(target: Target, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const { milliseconds, slowest, peak, outcomes, failures } = await fuzz(target, numbers, Number(values.seed));
  const told = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
  process.stdout.write(
    `${target.name} ${first}: ${Math.round(milliseconds / 1000)} s, slowest ${Math.round(slowest)} ms, peak ${Math.round(peak)} MiB, ${told.join(', ')}\n`,
  );
  for (const failure of failures) process.stdout.write(`  FAILED ${failure}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

function tellApart(name: string): void {
  const end = values.round === undefined ? rounds : first + 1;
  for (let from = first; from < end; from += roundsEach) {
    const count = Math.min(roundsEach, end - from);
    const args = ['--from', from, '--rounds', count, '--seed', values.seed, '--only', name].map(String);
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
