import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
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
