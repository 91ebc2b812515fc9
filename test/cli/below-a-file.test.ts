import assert from 'node:assert/strict';
import { readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { rootedWorkspace } from './workspace.ts';

test('nothing can be put below a file, or a link that leads nowhere: the error names it, and nothing is made', t => {
  const { done, run, folder, write } = rootedWorkspace(t);
  write({ plain: 'a file' });
  symlinkSync('nowhere', path.join(folder, 'dangling'));
  symlinkSync('itself', path.join(folder, 'itself'));
  done('snapshot', 'create');
  const { file } = done('backup', 'create', '--to', 'backups', '--json').json(BackupResult).backup;
  const before = readdirSync(folder);
  for (const place of ['plain', 'dangling', 'itself']) {
    for (const command of [
      ['snapshot', 'restore', 'latest', '--to', `${place}/x/y`],
      ['backup', 'restore', file, '--to', place],
      ['backup', 'create', '--to', `${place}/x`],
      ['snapshot', 'export', 'latest', `${place}/out.bundle`],
    ]) {
      const result = run(...command, '--json');
      const error = result.error();
      assert.deepEqual([result.status, error.code], [4, 'CONFLICT'], `${command}: ${error.message}`);
      assert.equal(error.path, path.join(folder, place));
      assert.match(error.hint!, /another directory/);
    }
  }
  assert.deepEqual(readdirSync(folder), before);
});
