import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import type { RootInfo } from '../../../src/protocol/root.ts';
import { Answers, cli, folderAt, ready, run, until } from '../support.ts';

suite('the sidecar', () => {
  test('is started again when it is killed, and given up when that happens twice', async () => {
    const api = await ready();
    const answers = new Answers();
    const replaced = api.replacePrompts(answers);
    const folder = folderAt(0).uri.fsPath;
    try {
      const killed = await kill(api.sidecarPid);
      await until('another one runs', async () => ![undefined, killed].includes(await api.sidecarPid()));
      const shown = await run<RootInfo>('holdfast.root.show');
      assert.deepEqual(shown, await cli(folder, 'root', 'show'));
      assert.deepEqual(answers.errors, [], 'the first time nobody is bothered');

      await kill(api.sidecarPid);
      await until('it says so', () =>
        answers.told.some(({ kind, actions }) => kind === 'error' && actions.includes('restart')),
      );
      assert.equal(await api.sidecarPid(), undefined);
    } finally {
      await run('holdfast.sidecar.restart');
      replaced.dispose();
    }
    await until('it answers again', () => api.workspaces.all[0]?.problem === undefined);
    assert.deepEqual(await run('holdfast.root.show'), await cli(folder, 'root', 'show'));
  });
});

async function kill(pidOf: () => Promise<number | undefined>): Promise<number> {
  const pid = await pidOf();
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await until('the process is gone', () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
  return pid;
}
