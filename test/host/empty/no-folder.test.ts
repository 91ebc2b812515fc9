import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { Answers, ready, rows, run } from '../support.ts';

suite('without a folder', () => {
  test('the trees are empty, commands say what is missing, and no process is started', async () => {
    const api = await ready();
    const answers = new Answers();
    const replaced = api.replacePrompts(answers);
    try {
      assert.deepEqual(await rows(api, 'holdfast.snapshots'), []);
      assert.equal(await run('holdfast.snapshot.create'), undefined);
      assert.equal(answers.errors.length, 1);
      assert.equal(await api.sidecarPid(), undefined);
    } finally {
      replaced.dispose();
    }
  });
});
