import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSidecar } from './spawn.ts';
import { SupervisedSidecar } from './supervise.ts';
import { isRunning, temporaryDirectory } from './test-support.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const patience = { interval: 10, timeout: 10_000 };

function supervise(t: TestContext, { script = main, healthyAfter }: { script?: string; healthyAfter?: number } = {}) {
  const told: string[] = [];
  const pids: number[] = [];
  const sidecar = new SupervisedSidecar({
    start: async onExit => {
      const running = await startSidecar({ script, onExit });
      pids.push(running.pid);
      return running;
    },
    onRestart: () => told.push('restarted'),
    onGiveUp: problem => told.push(`gave up: ${problem.message}`),
    ...(healthyAfter === undefined ? {} : { healthyAfter }),
  });
  t.after(() => sidecar.stop());
  return { sidecar, told, pids };
}

test('a sidecar that is killed is restarted once, then given up until somebody asks', async t => {
  const { sidecar, told, pids } = supervise(t);
  const first = await sidecar.client();
  assert.equal(await sidecar.client(), first);
  process.kill(pids[0]!, 'SIGKILL');
  await t.waitFor(() => assert.deepEqual(told, ['restarted']), patience);
  const second = await sidecar.client();
  assert.equal((await second.health()).pid, pids[1]);
  assert.notEqual(pids[1], pids[0]);

  process.kill(pids[1]!, 'SIGKILL');
  await t.waitFor(() => assert.equal(told.length, 2), patience);
  assert.match(told[1]!, /gave up: .*SIGKILL/);
  await assert.rejects(sidecar.client(), { code: 'SIDECAR_FAILED' });
  assert.equal(pids.length, 2);

  const third = await sidecar.restart();
  assert.equal((await third.health()).pid, pids[2]);
  assert.equal(told[2], 'restarted');
  await sidecar.stop();
  assert.deepEqual(
    pids.map(pid => isRunning(pid)),
    [false, false, false],
  );
  assert.equal(told.length, 3);
  await assert.rejects(sidecar.client(), { code: 'SIDECAR_FAILED' });
});

test('one that was healthy for long is restarted every time', async t => {
  const { sidecar, told, pids } = supervise(t, { healthyAfter: 0 });
  await sidecar.client();
  for (const count of [1, 2]) {
    process.kill(pids.at(-1)!, 'SIGKILL');
    await t.waitFor(() => assert.equal(told.filter(line => line === 'restarted').length, count), patience);
  }
  assert.equal(pids.length, 3);
});

test('one that never starts is tried twice', async t => {
  const script = path.join(temporaryDirectory(t), 'failing.cjs');
  writeFileSync(script, 'process.exit(1)');
  const { sidecar, told } = supervise(t, { script });
  await assert.rejects(sidecar.client(), { code: 'SIDECAR_FAILED' });
  assert.match(told.join(), /^gave up: The sidecar did not start/);
  await assert.rejects(sidecar.client(), { code: 'SIDECAR_FAILED' });
  assert.equal(told.length, 1);
});
