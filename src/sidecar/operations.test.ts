import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HoldfastError } from '../engine/errors.ts';
import { Pace } from '../engine/pace.ts';
import type { Work } from '../engine/ports.ts';
import type { Operation, Progress, ServerEvent } from '../protocol/operations.ts';
import { EventStream } from './client/event-stream.ts';
import { runOperation } from './client/follow.ts';
import { serveWorkspace } from './test-support.ts';

/** Operations that no route has, on a real server, followed by the real client. */
async function serveOperations(t: TestContext) {
  const served = await serveWorkspace(t);
  const { operations } = served.serving.services;
  const events = new EventStream({ ...served.location, token: served.token });
  const calls = {
    get: async (id: string) => operations.get(id),
    cancel: (id: string) => served.client.cancel(id),
  };
  const start = <Result>(run: (work: Work) => Promise<Result>): Operation =>
    operations.start({ kind: 'test.run', workspace: served.folder, run });
  const follow = <Result>(run: (work: Work) => Promise<Result>, work: Work = {}) =>
    runOperation<Result>(async () => start(run), calls, events, work);
  return { ...served, operations, start, follow };
}

const halfDone: Progress = { phase: 'half', done: 1, total: 2, unit: 'files' };

/** Work that goes on until it is told to stop, and then takes its time to put things back. */
async function endless({ signal, progress }: Work): Promise<never> {
  const pace = new Pace({ signal });
  progress?.(halfDone);
  for (;;) await pace.breathe();
}

test('an operation reports progress and its result', async t => {
  const { follow, start, operations } = await serveOperations(t);
  const seen: Progress[] = [];
  const gate = Promise.withResolvers<void>();
  const result = await follow(
    async ({ progress }) => {
      progress?.(halfDone);
      await gate.promise;
      return { answer: 42 };
    },
    {
      progress: state => {
        seen.push(state);
        gate.resolve();
      },
    },
  );
  assert.deepEqual(result, { answer: 42 });
  assert.deepEqual(seen[0], halfDone);
  const at = start(async () => 'done');
  assert.equal(at.state, 'running');
  await t.waitFor(() => assert.equal(operations.get(at.id).state, 'succeeded'));
  assert.equal(operations.get(at.id).result, 'done');
  assert.ok(operations.list().every(one => !('result' in one)));
});

test('an operation that is over before anybody listens is not missed', async t => {
  const { follow } = await serveOperations(t);
  const results = await Promise.all(Array.from({ length: 30 }, (_, index) => follow(async () => index)));
  assert.deepEqual(results, [...results.keys()]);
});

test('a failure arrives as it was thrown', async t => {
  const { follow } = await serveOperations(t);
  const thrown = new HoldfastError('LOCKED', 'Somebody else is at it.', { path: '/lock', hint: 'Wait.', details: [1] });
  await assert.rejects(
    follow(() => Promise.reject(thrown)),
    (error: unknown) => {
      assert.ok(HoldfastError.is(error));
      assert.deepEqual(error.toBody(), thrown.toBody());
      return true;
    },
  );
});

test('a cancelled operation is waited for until everything is put back', async t => {
  const { follow, operations } = await serveOperations(t);
  const controller = new AbortController();
  let putBack = false;
  const following = follow(
    async work => {
      try {
        await endless(work);
      } finally {
        await new Promise(resolve => setImmediate(resolve));
        putBack = true;
      }
    },
    { signal: controller.signal, progress: () => controller.abort() },
  );
  await assert.rejects(following, { code: 'CANCELLED' });
  assert.equal(putBack, true);
  const [operation] = operations.list();
  assert.deepEqual([operation?.state, operation?.error?.code], ['cancelled', 'CANCELLED']);
  assert.equal(operations.cancel(operation!.id).state, 'cancelled');
  const late = AbortSignal.abort();
  await assert.rejects(
    follow(async () => 1, { signal: late }),
    { code: 'CANCELLED' },
  );
  assert.equal(operations.list().length, 1);
});

test('where the events break off, asking takes their place', async t => {
  const { follow, serving } = await serveOperations(t);
  const gate = Promise.withResolvers<void>();
  const seen: Progress[] = [];
  const following = follow(
    async ({ progress }) => {
      progress?.(halfDone);
      await gate.promise;
      return 'done';
    },
    {
      progress: state => {
        seen.push(state);
        if (seen.length === 1) serving.services.events.close();
        else gate.resolve();
      },
    },
  );
  assert.equal(await following, 'done');
  assert.ok(seen.length > 1);
});

test('progress is told at most every 100 ms', async t => {
  const { start, operations, client } = await serveOperations(t);
  const told: ServerEvent[] = [];
  const stop = new AbortController();
  const opened = Promise.withResolvers<void>();
  const listening = client.events(event => told.push(event), stop.signal, opened.resolve);
  await opened.promise;
  const { id } = start(async ({ progress }) => {
    const began = performance.now();
    for (let done = 0; performance.now() - began < 250; done++) {
      progress?.({ phase: 'count', done, total: 0, unit: 'items' });
      await new Promise(resolve => setImmediate(resolve));
    }
  });
  await t.waitFor(() =>
    assert.equal(told.filter(event => event.type === 'operation').at(-1)?.operation.state, 'succeeded'),
  );
  assert.ok(told.length >= 3 && told.length <= 4, `${told.length} events`);
  assert.ok((operations.get(id).progress?.done ?? 0) > 10);
  stop.abort();
  await listening;
});

test('finished operations are forgotten, running ones never', async t => {
  const { start, operations, client } = await serveOperations(t);
  const running = start(endless);
  for (let count = 0; count < 120; count++) start(async () => count);
  await t.waitFor(() => assert.equal(operations.list().filter(({ state }) => state === 'running').length, 1));
  assert.equal(operations.list().length, 101);
  assert.equal((await client.operations()).length, 101);
  assert.equal(operations.get(running.id).state, 'running');
  await assert.rejects(client.cancel('unknown'), { code: 'NOT_FOUND' });
});

test('closing cancels what runs and waits for it', async t => {
  const { start, serving, operations, engine } = await serveOperations(t);
  const { id } = start(endless);
  await serving.close();
  assert.equal(operations.get(id).state, 'cancelled');
  assert.throws(() => start(async () => 1), { code: 'SIDECAR_FAILED' });
  await assert.rejects(engine.root(), { code: 'SIDECAR_FAILED' });
});
