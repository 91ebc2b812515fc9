import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { writingCommands } from '../../../src/extension/contributions.ts';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { RootInfo } from '../../../src/protocol/root.ts';
import { Answers, fingerprint, folderAt, ready, rows, run, until } from '../support.ts';

suite('restricted mode', () => {
  let api: HoldfastApi;
  let answers: Answers;
  let replaced: vscode.Disposable;
  const folder = () => folderAt(0).uri.fsPath;

  suiteSetup(async () => {
    api = await ready();
    answers = new Answers();
    replaced = api.replacePrompts(answers);
  });

  suiteTeardown(() => replaced.dispose());

  test('the workspace is not trusted, and the state says so', () => {
    assert.equal(vscode.workspace.isTrusted, false);
    assert.equal(api.workspaces.all[0]?.state, 'untrusted');
  });

  test('a root that the workspace configures does not count', async () => {
    mkdirSync(join(folder(), 'evil'));
    mkdirSync(join(folder(), '.vscode'));
    writeFileSync(join(folder(), '.vscode', 'settings.json'), JSON.stringify({ 'holdfast.root': 'evil' }));
    await api.workspaces.refreshAll('root');
    const shown = await run<RootInfo>('holdfast.root.show');
    assert.notEqual(shown.root, join(folder(), 'evil'));
  });

  test("the user's own root counts, and can be read", async () => {
    const mine = join(folder(), '..', 'mine');
    mkdirSync(mine);
    const configuration = vscode.workspace.getConfiguration('holdfast');
    await configuration.update('root', mine, vscode.ConfigurationTarget.Global);
    try {
      await until('it is used', () => api.workspaces.all[0]?.root?.root === mine);
      assert.deepEqual(await rows(api, 'holdfast.snapshots'), []);
      assert.deepEqual(readdirSync(mine), []);
    } finally {
      await configuration.update('root', undefined, vscode.ConfigurationTarget.Global);
      await until('it is no longer used', () => api.workspaces.all[0]?.root?.root !== mine);
    }
  });

  test('no command writes', async () => {
    const before = fingerprint(folder());
    for (const id of writingCommands) {
      const told = answers.told.length;
      answers.nextInput = 'title';
      answers.nextConfirm = 'restore';
      assert.equal(await run(id), undefined, id);
      const refusal = answers.told.slice(told).find(({ kind }) => kind === 'error');
      assert.ok(refusal?.actions.includes('trust'), `${id} says that the workspace is not trusted`);
    }
    assert.deepEqual(fingerprint(folder()), before);
  });

  test('the sidecar refuses as well', async () => {
    const client = await api.workspaces.all[0]?.client();
    await assert.rejects(async () => client?.initRoot(), { code: 'UNTRUSTED' });
  });
});
