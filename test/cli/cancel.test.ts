import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { SnapshotList } from '../../src/protocol/snapshots.ts';
import { until } from './run.ts';
import { rootedWorkspace, type Workspace } from './workspace.ts';

/** Enough to read for many seconds; it takes little on the disk, since it is nearly all a hole. */
function addHugeFile({ root }: Workspace): void {
  const file = openSync(path.join(root, 'huge.bin'), 'w');
  // Some bytes that no other file has, so that the first pack appears soon.
  for (let block = 0; block < 64; block++) writeSync(file, randomBytes(2 ** 20));
  ftruncateSync(file, 20 * 2 ** 30);
  closeSync(file);
}

function everyName(root: string): string[] {
  return readdirSync(path.join(root, '.holdfast'), { recursive: true, encoding: 'utf8' }).toSorted();
}

describe('a signal cancels', { skip: process.platform === 'win32' }, () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${signal}: exit 130, state as before, nothing left behind`, async t => {
      const workspace = rootedWorkspace(t);
      workspace.done('snapshot', 'create');
      const before = everyName(workspace.root);
      addHugeFile(workspace);
      const { child, end } = workspace.start('snapshot', 'create', '--json');
      await until(() => everyName(workspace.root).length > before.length, 'the snapshot to begin');
      child.kill(signal);
      const result = await end;
      assert.equal(result.status, 130);
      assert.equal(result.error().code, 'CANCELLED');
      assert.deepEqual(everyName(workspace.root), before);
      assert.equal(workspace.done('snapshot', 'list', '--json').json(SnapshotList).total, 1);
    });
  }

  test('in text it says so without a stack', async t => {
    const workspace = rootedWorkspace(t);
    const before = everyName(workspace.root);
    addHugeFile(workspace);
    const { child, end } = workspace.start('snapshot', 'create');
    await until(() => everyName(workspace.root).length > before.length, 'the snapshot to begin');
    child.kill('SIGINT');
    const { status, stdout, stderr } = await end;
    assert.deepEqual([status, stdout], [130, '']);
    assert.match(stderr, /^holdfast: Cancelled; everything is as it was before\./);
    assert.ok(existsSync(path.join(workspace.root, 'settings.json')));
  });
});
