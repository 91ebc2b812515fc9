import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Sessions changed at random by processes that die: every acknowledged version and edit is there, none is torn, and no
 * writer's work is lost to another one. `HOLDFAST_TEST_SEED` and `HOLDFAST_TEST_ROUNDS` as in `migration.test.ts`;
 * `sessions.ts` beside this does single ones again.
 */
// Always the same, so that a failure is one of the change that is being tested; on demand there are others.
const first = Number(process.env.HOLDFAST_TEST_SEED ?? 1);
const rounds = Number(process.env.HOLDFAST_TEST_ROUNDS ?? 200);
const program = fileURLToPath(new URL('./sessions.ts', import.meta.url));

describe('random changes of a session', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  const half = Math.ceil(rounds / 2);
  for (const seed of [first, first + half]) {
    test(`${half} rounds from seed ${seed}: nothing acknowledged is lost`, async () => {
      const args = [program, '--seed', String(seed), '--rounds', String(half)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 }).catch(error => {
        throw new Error(`node test/crash/sessions.ts ${args.slice(1).join(' ')}\n${error.stdout}${error.stderr}`);
      });
      const [, done, deaths] = /^(\d+) rounds, (\d+) deaths, 0 failures\n$/.exec(stdout) ?? [];
      assert.equal(Number(done), half, stdout);
      assert.ok(Number(deaths) > half / 2, `only ${deaths} deaths`);
    });
  }
});
