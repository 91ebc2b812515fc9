import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Diff, SnapshotList } from '../../src/protocol/snapshots.ts';
import { rootedWorkspace } from './workspace.ts';

test('a path that is not there is told, not captured as nothing', t => {
  const { done, run, root } = rootedWorkspace(t);
  symlinkSync('uploads', path.join(root, 'link'));
  for (const [given, code] of [
    ['nope', 'NOT_FOUND'],
    ['uploads/report.csv/nope', 'NOT_FOUND'],
    ['link/report.csv', 'NOT_FOUND'],
    ['.holdfast', 'INVALID_NAME'],
    ['.holdfast/vault.json', 'INVALID_NAME'],
  ] as const) {
    const refused = run('snapshot', 'create', 'settings.json', given, '--json');
    assert.deepEqual([refused.status, refused.error().code, refused.error().path], [1, code, given]);
  }
  assert.equal(done('snapshot', 'list', '--json').json(SnapshotList).total, 0);
  done('snapshot', 'create', 'link', './uploads/');
});

test('a path that neither side has is told, not found to be equal', t => {
  const { done, run, root, write } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', 'one');
  write({ 'data/workspace/new/a.txt': 'a' });
  done('snapshot', 'create', '--title', 'two');
  rmSync(path.join(root, 'settings.json'));
  for (const [args, code] of [
    [['one', 'nope'], 'NOT_FOUND'],
    [['one', '--', 'nope'], 'NOT_FOUND'],
    [['one', 'two', 'new/nope'], 'NOT_FOUND'],
    [['one', '.holdfast'], 'INVALID_NAME'],
  ] as const) {
    const refused = run('--json', 'snapshot', 'diff', ...args);
    assert.deepEqual([refused.status, refused.error().code], [1, code], args.join(' '));
  }
  const diff = (...args: string[]) => done('snapshot', 'diff', ...args, '--json').json(Diff);
  assert.equal(diff('one', 'new').added.length, 2);
  assert.equal(diff('one', 'two', 'new/a.txt').added.length, 1);
  assert.equal(diff('two', 'settings.json').removed.length, 1);
  assert.equal(diff('two', 'uploads').unchanged, 2);
});
