import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * A thousand random trees: planned, migrated, killed at a random moment, migrated again, taken back; nothing is lost at
 * any point. `HOLDFAST_TEST_SEED` names the first of them and `HOLDFAST_TEST_ROUNDS` how many; `migrations.ts` beside
 * this does single ones again.
 */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const first = Number(process.env.HOLDFAST_TEST_SEED ?? 1);
const rounds = Number(process.env.HOLDFAST_TEST_ROUNDS ?? 1000);
const program = fileURLToPath(new URL('./migrations.ts', import.meta.url));

/** @returns how often a migration was killed */
async function migrations(seed: number, count: number, ...more: string[]): Promise<number> {
  const args = [program, '--seed', String(seed), '--rounds', String(count), ...more];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(error => {
    throw new Error(`node test/crash/migrations.ts ${args.slice(1).join(' ')}\n${error.stdout}${error.stderr}`);
  });
  const [, done, deaths] = /^(\d+) rounds, (\d+) deaths, 0 failures\n$/.exec(stdout) ?? [];
  assert.equal(Number(done), count, stdout);
  return Number(deaths);
}

describe('random trees', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  const half = Math.ceil(rounds / 2);
  for (const seed of [first, first + half]) {
    test(`${half} of them from seed ${seed}: nothing is lost at any point`, async () => {
      const deaths = await migrations(seed, half);
      assert.ok(deaths > half / 2, `only ${deaths} deaths`);
    });
  }

  for (const seed of [first + 2 * half, first + 2 * half + 20]) {
    test(`20 of them from seed ${seed}, in processes that are killed`, async () => {
      assert.ok((await migrations(seed, 20, '--apart')) > 5);
    });
  }
});
