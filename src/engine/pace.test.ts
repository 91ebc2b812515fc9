import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code } from '../../test/fixtures/engine.ts';
import type { Progress } from '../protocol/operations.ts';
import { Pace } from './pace.ts';

const progress = { phase: 'Reading', done: 1, total: 2, unit: 'files' } as const;

/** Keeps the thread busy, as a run of file calls does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('it is due only after a while, and again only a while after it was', async () => {
  const pace = new Pace({});
  assert.equal(pace.due(), false);
  work(20);
  assert.equal(pace.due(), true);
  await pace.breathe();
  assert.equal(pace.due(), false);
});

test('between two breaths others get their turn', async () => {
  const pace = new Pace({});
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  for (let at = 0; at < 10; at++) {
    work(16);
    if (pace.due()) await pace.breathe();
  }
  clearInterval(other);
  assert.ok(turns >= 5, `${turns} turns`);
});

test('a cancellation is heard while the work is on its way', async () => {
  const controller = new AbortController();
  const pace = new Pace({ signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  let rounds = 0;
  const run = async () => {
    for (; rounds < 1000; rounds++) {
      work(5);
      if (pace.due()) await pace.breathe();
    }
  };
  await assert.rejects(run(), code('CANCELLED'));
  assert.ok(rounds < 100, `${rounds} rounds`);
});

test('work that was cancelled before it began does not begin', () => {
  assert.throws(() => new Pace({ signal: AbortSignal.abort() }), code('CANCELLED'));
});

test('progress is told with each breath; without a listener nothing is missing', async () => {
  const told: Progress[] = [];
  const pace = new Pace({ progress: one => told.push(one) });
  await pace.breathe(progress);
  await pace.breathe();
  assert.deepEqual(told, [progress]);
  await new Pace({}).breathe(progress);
});
