import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { RootInfo } from '../../../src/protocol/root.ts';
import type { Diff, Snapshot } from '../../../src/protocol/snapshots.ts';
import { Answers, cli, folderAt, ready, rows, run, until } from '../support.ts';

suite('two folders', () => {
  let api: HoldfastApi;
  let answers: Answers;
  let replaced: vscode.Disposable;
  const one = () => folderAt(0).uri.fsPath;
  const two = () => folderAt(1).uri.fsPath;

  suiteSetup(async () => {
    api = await ready();
    answers = new Answers();
    replaced = api.replacePrompts(answers);
  });

  suiteTeardown(() => replaced.dispose());

  test('are the top of each tree, and say below them that there is no root yet', async () => {
    for (const view of ['holdfast.snapshots', 'holdfast.sessions', 'holdfast.backups'] as const) {
      const top = await rows(api, view);
      assert.deepEqual(
        top.map(({ label }) => label),
        ['one', 'two'],
      );
      const [below] = await rows(api, view, top[0]?.node);
      assert.equal(below?.node.kind, 'notice', view);
    }
  });

  test('each has the root that the command line gives it', async () => {
    for (const folder of [one(), two()]) {
      const shown = await run<RootInfo>('holdfast.root.show', { folder });
      assert.deepEqual(shown, await cli(folder, 'root', 'show'));
    }
  });

  test('a command from the palette asks which one is meant', async () => {
    answers.nextPick = choices => choices.find(({ label }) => label === 'two')?.value;
    await run('holdfast.root.init');
    assert.deepEqual(answers.picks.at(-1)?.labels.toSorted(), ['one', 'two']);
    assert.deepEqual(
      api.workspaces.all.map(({ state }) => state),
      ['none', 'ready'],
    );
  });

  test('a row acts on its own folder', async () => {
    const [first] = await rows(api, 'holdfast.snapshots');
    await run('holdfast.root.init', first?.node);
    assert.equal(api.workspaces.all[0]?.state, 'ready', answers.errors.join('\n'));
  });

  test('a snapshot is found again by its id alone', async () => {
    const root = api.workspaces.all[1]?.root?.root ?? '';
    writeFileSync(join(root, 'state.json'), '{"of":"two"}\n');
    answers.nextInput = 'of two';
    const snapshot = await run<Snapshot>('holdfast.snapshot.create', { folder: two() });
    assert.ok(snapshot, answers.errors.join('\n'));
    const uri = vscode.Uri.parse(`holdfast-snapshot://${snapshot.id}/state.json`);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), '{"of":"two"}\n');
    rmSync(join(root, 'state.json'));
    const diff = await run<Diff>('holdfast.snapshot.diff', { id: snapshot.id });
    assert.deepEqual(
      diff.removed.map(({ path }) => path),
      ['state.json'],
    );
    const [, second] = await rows(api, 'holdfast.snapshots');
    assert.deepEqual(
      (await rows(api, 'holdfast.snapshots', second?.node)).map(({ label }) => label),
      ['of two'],
    );
  });

  test('a setting of the workspace file counts for both', async () => {
    const shared = join(one(), '..', 'shared-root');
    mkdirSync(shared);
    const configuration = vscode.workspace.getConfiguration('holdfast');
    await configuration.update('root', shared, vscode.ConfigurationTarget.Workspace);
    await until('both use it', () => api.workspaces.all.every(({ root }) => root?.root === shared));
    await configuration.update('root', undefined, vscode.ConfigurationTarget.Workspace);
    await until('none uses it', () =>
      api.workspaces.all.every(({ root }) => root !== undefined && root.root !== shared),
    );
  });

  test('a third folder appears when it is added, and goes when it is removed', async () => {
    const third = join(one(), '..', 'three');
    mkdirSync(third);
    vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(third) });
    await until('it is read', () => api.workspaces.all[2]?.root?.root.startsWith(third) ?? false);
    assert.equal((await rows(api, 'holdfast.snapshots')).length, 3);
    vscode.workspace.updateWorkspaceFolders(2, 1);
    await until('it is gone', () => api.workspaces.all.length === 2);
  });
});
