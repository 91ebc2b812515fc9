import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { quietPorts, serveWorkspace } from './test-support.ts';

/** A timer that the test rings. */
function bell() {
  const waiting: { run: () => void; milliseconds: number }[] = [];
  return {
    waiting,
    later: (run: () => void, milliseconds: number) => {
      waiting.push({ run, milliseconds });
      return () => waiting.splice(0);
    },
    ring: () => waiting.shift()!.run(),
  };
}

test('once a day the setting prunes, and says so', async t => {
  const timer = bell();
  const lines: string[] = [];
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const workspace = await serveWorkspace(t, {
    later: timer.later,
    log: line => lines.push(line),
    ports: { ...quietPorts('/nowhere'), now },
  });
  const { engine, serving, root, folder } = workspace;
  const settled = async () => {
    const running = () => serving.services.operations.list().some(({ state }) => state === 'running');
    while (running()) await new Promise(resolve => setImmediate(resolve));
  };
  const ring = async () => {
    timer.ring();
    await settled();
  };
  for (const content of ['one', 'two', 'three']) {
    writeFileSync(path.join(root, 'note.txt'), content);
    await engine.createSnapshot({});
  }
  assert.equal(timer.waiting[0]?.milliseconds, 600_000);
  await ring();
  assert.equal((await engine.listSnapshots()).total, 3);

  serving.services.workspaces.set([{ folder, user: { retention: { keepLast: 2 } } }], true);
  await ring();
  assert.equal((await engine.listSnapshots()).total, 2);
  assert.match(lines.join('\n'), /Pruned .*: 1 snapshots to the trash/);
  const [entry] = await engine.log({ filter: 'vault.prune' });
  assert.equal(entry?.details.by, 'setting');

  await engine.createSnapshot({});
  await ring();
  assert.equal((await engine.listSnapshots()).total, 3, 'not again on the same day');
  ahead = 25 * 3_600_000;
  serving.services.workspaces.set([{ folder, user: { retention: { keepLast: 2 } } }], false);
  await ring();
  assert.equal((await engine.listSnapshots()).total, 3, 'nothing in a workspace that is not trusted');
  serving.services.workspaces.set([{ folder, user: { retention: { keepLast: 2 } } }], true);
  await ring();
  assert.equal((await engine.listSnapshots()).total, 2);
  await serving.close();
  assert.equal(timer.waiting.length, 0);
});

test('prune and undelete over HTTP', async t => {
  const { engine, root } = await serveWorkspace(t);
  const first = await engine.createSnapshot({ title: 'first' });
  writeFileSync(path.join(root, 'note.txt'), 'changed');
  await engine.createSnapshot({});
  const foreseen = await engine.pruneVault({ keepLast: 1, dryRun: true });
  const result = await engine.pruneVault({ keepLast: 1 });
  for (const { snapshots } of [foreseen, result])
    assert.deepEqual(
      snapshots.map(({ keep, reasons }) => [keep, reasons]),
      [
        [true, ['last 1']],
        [false, []],
      ],
    );
  assert.equal((await engine.undeleteSnapshot('first')).id, first.id);
  await assert.rejects(engine.pruneVault({ keepWithin: 'soon' }), { code: 'USAGE' });
  assert.equal((await engine.listSnapshots()).total, 2);
});
