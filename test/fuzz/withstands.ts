import assert from 'node:assert/strict';
import { fuzz, type Target } from './fuzz.ts';

/** Always the same inputs, so that a failure is one of the change that is being tested; `npm run test:fuzz` has others. */
const seed = 20_261_121;

export async function withstands(target: Target, rounds: number): Promise<void> {
  const { failures, outcomes } = await fuzz(target, Array(rounds).keys(), seed);
  assert.deepEqual(failures, []);
  assert.ok(Object.keys(outcomes).length > 0);
}
