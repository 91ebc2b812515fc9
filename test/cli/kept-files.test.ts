import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { rootedWorkspace } from './workspace.ts';

for (const noun of ['snapshot', 'backup']) {
  test(`${noun} restore tells what it kept although it differs`, t => {
    const { done, write } = rootedWorkspace(t);
    done(noun, 'create');
    write({ 'data/workspace/settings.json': '{"edited":true}', 'data/workspace/uploads/report.csv': 'edited' });
    const restore = (...args: string[]) => done(noun, 'restore', 'latest', ...args);
    const numbers = (...args: string[]) => {
      const { restored, unchanged, kept, changes } = restore(...args, '--json').json(RestoreResult);
      assert.equal(kept, changes.filter(({ action }) => action === 'keep').length);
      return { restored, unchanged, kept };
    };
    for (const overwrite of ['never', 'if-newer'])
      assert.deepEqual(numbers('--overwrite', overwrite), { restored: 0, unchanged: 3, kept: 2 });
    const told = / 3 unchanged \(2 kept as they are, though different\), 0 deleted/;
    assert.match(restore('--overwrite', 'never').stdout, told);
    assert.match(restore('--overwrite', 'never', '--dry-run').stdout, told);
    assert.deepEqual(numbers('--dry-run'), { restored: 2, unchanged: 1, kept: 0 });
    assert.doesNotMatch(restore().stdout, /kept/);
  });
}
