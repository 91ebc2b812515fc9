import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SingleFlight } from './single-flight.ts';

test('calls during a run share one run after it', async () => {
  const gates: (() => void)[] = [];
  let runs = 0;
  const flight = new SingleFlight(async () => {
    runs += 1;
    await new Promise<void>(resolve => gates.push(resolve));
  });
  const first = flight.run();
  const shared = [flight.run(), flight.run(), flight.run()];
  assert.equal(runs, 1);
  gates.shift()?.();
  await first;
  while (gates.length === 0) await new Promise(setImmediate);
  assert.equal(runs, 2);
  gates.shift()?.();
  await Promise.all(shared);
  assert.equal(runs, 2);
});

test('a failed run does not stop the next', async () => {
  let fail = true;
  const flight = new SingleFlight(async () => {
    await new Promise(setImmediate);
    if (fail) throw new Error('once');
  });
  const first = flight.run();
  const second = flight.run();
  await assert.rejects(first, /once/);
  fail = false;
  await second;
});
