import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Random orders to one root, one after the other, of which many end with the death of who carries them out, and others
 * with a call that fails: whatever was acknowledged is there. `HOLDFAST_TEST_SEED` and `HOLDFAST_TEST_ROUNDS` as in
 * `migration.test.ts`; `npm run test:crash` does more of them, or single ones again.
 */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const first = Number(process.env.HOLDFAST_TEST_SEED ?? 1);
const rounds = Number(process.env.HOLDFAST_TEST_ROUNDS ?? 300);
const program = fileURLToPath(new URL('./run.ts', import.meta.url));

/** @returns how often somebody died, and how often of that by another process */
async function histories(seed: number, count: number, ...more: string[]): Promise<[deaths: number, killed: number]> {
  const args = [program, 'histories', '--seed', String(seed), '--rounds', String(count), ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(error => {
    throw new Error(`npm run test:crash -- ${args.slice(1).join(' ')}\n${error.stdout}${error.stderr}`);
  });
  const told = /^(\d+) rounds, (\d+) deaths \((\d+) from outside\), \d+ failures, 0 lost\n$/.exec(stdout) ?? [];
  const [, done, deaths, killed] = told.map(Number);
  assert.ok(done! >= count, stdout);
  return [deaths!, killed!];
}

describe('random histories', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  const half = Math.ceil(rounds / 2);
  for (const seed of [first, first + half]) {
    test(`${half} rounds from seed ${seed}: nothing acknowledged is lost`, async () => {
      const [deaths] = await histories(seed, half);
      assert.ok(deaths > half / 8, `only ${deaths} deaths`);
    });
  }

  for (const seed of [first + 2 * half, first + 2 * half + 10]) {
    test(`40 rounds from seed ${seed}, in processes that are killed`, async () => {
      const [deaths, killed] = await histories(seed, 40, '--apart');
      assert.ok(killed > 0 && deaths - killed > 1, `${deaths} deaths, ${killed} from outside`);
    });
  }
});
