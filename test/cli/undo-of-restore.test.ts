import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { readTree } from '../fixtures/tree.ts';
import { rootedWorkspace } from './workspace.ts';

/** Whatever a restore did, the one command that it prints takes it back. */
for (const [what, args, change] of [
  ['only makes what is missing', [], (root: string) => rmSync(path.join(root, 'uploads'), { recursive: true })],
  ['makes one file', ['settings.json'], (root: string) => rmSync(path.join(root, 'settings.json'))],
] as const) {
  test(`a restore that ${what} is undone in one step`, t => {
    const { done, root } = rootedWorkspace(t);
    const tree = () => readTree(root, { except: ['.holdfast'] });
    done('snapshot', 'create', '--title', 'all');
    change(root);
    const before = tree();
    const { stdout } = done('snapshot', 'restore', 'all', ...args, '--yes');
    assert.notDeepEqual(tree(), before);
    const [, undo] = /To undo: holdfast (.*)/.exec(stdout) ?? [];
    done(...undo!.split(' '), '--yes');
    assert.deepEqual(tree(), before);
    const again = done('snapshot', 'restore', 'all', ...args, '--yes', '--json').json(RestoreResult);
    assert.ok(again.safetySnapshot);
    const unchanged = done('snapshot', 'restore', 'all', ...args, '--yes', '--json').json(RestoreResult);
    assert.equal(unchanged.safetySnapshot, null, 'there is nothing to undo');
  });
}

test('a restore of the latest can be repeated: its own safety snapshot is not meant', t => {
  const { done, write, root } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', 'good');
  const good = readTree(root, { except: ['.holdfast'] });
  write({ 'data/workspace/settings.json': 'bad', 'other/settings.json': 'of another directory' });
  for (const args of [[], [], ['--to', 'other'], []]) {
    done('snapshot', 'restore', 'latest', '--yes', ...args);
    assert.deepEqual(readTree(root, { except: ['.holdfast'] }), good);
    assert.equal(done('snapshot', 'show', 'latest', '--json').json(SnapshotResult).snapshot.title, 'good');
  }
  done('snapshot', 'delete', 'good', '--yes');
  assert.match(done('snapshot', 'show', 'latest').stdout, /Before restoring/);
});
