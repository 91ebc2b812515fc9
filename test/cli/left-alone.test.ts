import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { readTree } from '../fixtures/tree.ts';
import { rootedWorkspace } from './workspace.ts';

describe('what a snapshot says that it does not know is not extra', () => {
  test('what it could not capture, with everything below it', {
    skip: process.platform === 'win32' && 'there are no pipes',
  }, t => {
    const { done, run, root, write } = rootedWorkspace(t);
    execFileSync('mkfifo', [path.join(root, 'live')]);
    assert.equal(run('snapshot', 'create', '--title', 'one').status, 3);
    rmSync(path.join(root, 'live'));
    write({ 'data/workspace/live/a.txt': 'a', 'data/workspace/extra.txt': 'x' });
    const planned = done('snapshot', 'restore', 'one', '--delete-extra', '--dry-run').stdout;
    assert.match(planned, /^Left alone, since .*:\n {2}live$/m);
    const result = done('snapshot', 'restore', 'one', '--delete-extra', '--json').json(RestoreResult);
    assert.deepEqual([result.deleted, result.leftAlone], [['extra.txt'], ['live']]);
    assert.ok(readTree(root)['live/a.txt']);
  });

  test('secrets that an export left out, also those that came since', t => {
    const { done, run, root, write } = rootedWorkspace(t);
    const areas = [{ id: 'keys', title: 'Keys', globs: ['keys/**'], secret: true }];
    write({
      'holdfast.profile.json': JSON.stringify({ id: 'app', title: 'App', areas }),
      'data/workspace/keys/token': 'hunter2',
    });
    done('snapshot', 'create', '--title', 'one');
    assert.equal(run('snapshot', 'export', 'one', 'one.holdfast').status, 3);
    done('snapshot', 'delete', 'one', '--yes');
    done('vault', 'prune', '--grace', '0', '--yes');
    done('snapshot', 'import', 'one.holdfast');
    write({ 'data/workspace/keys/new': 'hunter3', 'data/workspace/extra.txt': 'x' });
    const result = done('snapshot', 'restore', 'one', '--delete-extra', '--json').json(RestoreResult);
    assert.deepEqual([result.deleted, result.leftAlone], [['extra.txt'], ['keys/new', 'keys/token']]);
    assert.ok(readTree(root)['keys/token']);
  });
});
