import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { Workspace } from '../../../src/extension/workspace.ts';
import type { RootInfo } from '../../../src/protocol/root.ts';
import { Answers, cli, folderAt, ready, rows, run, until } from '../support.ts';

suite('settings', () => {
  let api: HoldfastApi;
  let workspace: Workspace;
  let folder: string;
  let answers: Answers;
  let replaced: vscode.Disposable;
  const setRoot = (value: string | undefined, target = vscode.ConfigurationTarget.Workspace) =>
    vscode.workspace.getConfiguration('holdfast').update('root', value, target);

  suiteSetup(async () => {
    api = await ready();
    workspace = api.workspaces.all[0] as Workspace;
    folder = folderAt(0).uri.fsPath;
    answers = new Answers();
    replaced = api.replacePrompts(answers);
  });

  suiteTeardown(async () => {
    await setRoot(undefined);
    await setRoot(undefined, vscode.ConfigurationTarget.Global);
    replaced.dispose();
  });

  test('another root is used without a reload', async () => {
    const other = join(folder, 'other-root');
    mkdirSync(other, { recursive: true });
    await setRoot('other-root');
    await until('the root has changed', () => workspace.root?.root === other);
    assert.equal(workspace.state, 'ready');
    const shown = await run<RootInfo>('holdfast.root.show');
    assert.deepEqual(shown, await cli(folder, 'root', 'show'));
    assert.equal(shown.source.kind, 'setting');
    assert.deepEqual(await rows(api, 'holdfast.snapshots'), []);
  });

  test("the user's setting counts, and the folder's own counts more", async () => {
    const users = join(folder, 'users-root');
    mkdirSync(users, { recursive: true });
    await setRoot(users, vscode.ConfigurationTarget.Global);
    await setRoot('other-root');
    await until(
      'the folder wins',
      () => workspace.root?.candidates.some(({ path, status }) => path === users && status === 'shadowed') ?? false,
    );
    assert.equal(workspace.root?.root, join(folder, 'other-root'));
    await setRoot(undefined);
    await until('the user wins', () => workspace.root?.root === users);
    await setRoot(undefined, vscode.ConfigurationTarget.Global);
    await until('neither is left', () => workspace.root !== undefined && workspace.root.source.kind !== 'setting');
  });

  test('a root that cannot be used is an error, never another root', async () => {
    writeFileSync(join(folder, 'a-file'), 'no directory\n');
    await setRoot('a-file');
    await until('it is refused', () => workspace.state === 'unusable');
    assert.equal(workspace.problem?.code, 'ROOT_UNUSABLE');
    assert.ok(
      workspace.candidates.some(({ status }) => status === 'invalid'),
      'and explained',
    );
    assert.deepEqual(await rows(api, 'holdfast.snapshots'), []);
    assert.equal(await run('holdfast.snapshot.create'), undefined);
    answers.nextInput = 'x';
    await run('holdfast.snapshot.create');
    assert.ok(answers.errors.length > 0, 'the command says what is missing');
    rmSync(join(folder, 'a-file'));
    await setRoot(undefined);
    await until('it recovers', () => workspace.state !== 'unusable');
  });

  test('a root is chosen with a command, relative to the folder', async () => {
    const chosen = join(folder, 'chosen-root');
    answers.nextFolder = vscode.Uri.file(chosen);
    await run('holdfast.root.select');
    assert.equal(vscode.workspace.getConfiguration('holdfast').inspect('root')?.workspaceValue, 'chosen-root');
    await until('the root has changed', () => workspace.root?.root === chosen);
    assert.equal(workspace.state, 'none');
    assert.deepEqual(await rows(api, 'holdfast.snapshots'), []);
    await run('holdfast.root.init');
    assert.equal(workspace.state, 'ready', answers.errors.join('\n'));
    await setRoot(undefined);
    await until('the root has changed back', () => workspace.root?.root !== chosen);
  });
});
