import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FileHistory } from '../../src/protocol/files.ts';
import { rootedWorkspace } from './workspace.ts';

test('file history shows every state, also of a file that is gone', t => {
  const { done, run, write, root } = rootedWorkspace(t);
  done('snapshot', 'create');
  write({ 'data/workspace/uploads/report.csv': 'a,b\n3,4\n' });
  done('snapshot', 'create');
  renameSync(path.join(root, 'uploads/report.csv'), path.join(root, 'report.csv'));
  done('snapshot', 'create');
  const { versions } = done('file', 'history', 'uploads/report.csv', '--json').json(FileHistory);
  assert.equal(versions.length, 2);
  assert.equal(versions[0]!.renamedTo, 'report.csv');
  assert.ok(versions[0]!.deletedIn);
  const text = done('file', 'history', path.join(root, 'uploads/report.csv')).stdout;
  assert.match(text, /renamed to report\.csv, gone in /);
  const missing = run('file', 'history', 'nowhere', '--json');
  assert.deepEqual([missing.status, missing.error().code], [1, 'NOT_FOUND']);
});
