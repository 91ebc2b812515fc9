import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { OpenedFolder } from '../../../src/extension/commands/snapshot/open-folder.ts';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { FileHistory } from '../../../src/protocol/files.ts';
import type { Diff, Snapshot } from '../../../src/protocol/snapshots.ts';
import { Answers, cli, closeTabs, fingerprint, folderAt, ready, rows, run, until } from '../support.ts';

suite('a snapshot as a folder of the workspace', () => {
  let api: HoldfastApi;
  let answers: Answers;
  let replaced: vscode.Disposable;
  let folder: string;
  let root: string;
  let first: Snapshot;
  let opened: OpenedFolder;
  /** Settles when everybody is told of the folder: whoever asks VS Code sees it before that. */
  let added: Promise<void>;
  const shown = () => vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === opened.folder);

  suiteSetup(async () => {
    api = await ready();
    answers = new Answers();
    replaced = api.replacePrompts(answers);
    folder = folderAt(0).uri.fsPath;
    await run('holdfast.root.init', { folder });
    root = api.workspaces.all[0]?.root?.root ?? '';
    mkdirSync(join(root, 'drafts'));
    writeFileSync(join(root, 'drafts', 'plan.txt'), 'by way of zanzibar\n');
    writeFileSync(join(root, 'gone.txt'), 'was here\n');
    symlinkSync('plan.txt', join(root, 'drafts', 'newest'));
    symlinkSync(join(root, 'gone.txt'), join(root, 'live'));
    answers.nextInput = 'before: the trip';
    first = await run<Snapshot>('holdfast.snapshot.create', { folder });
    writeFileSync(join(root, 'drafts', 'plan.txt'), 'by way of cairo\n');
    rmSync(join(root, 'gone.txt'));
    answers.nextInput = 'after';
    await run<Snapshot>('holdfast.snapshot.create', { folder });
  });

  suiteTeardown(async () => {
    replaced.dispose();
    await closeTabs();
    for (const name of readdirSync(root)) if (name !== '.holdfast') rmSync(join(root, name), { recursive: true });
  });

  test('is laid out as it was, without links that lead to live files, which are listed', async () => {
    added = new Promise(resolve => {
      const listening = vscode.workspace.onDidChangeWorkspaceFolders(() => resolve(listening.dispose()));
    });
    opened = await run<OpenedFolder>('holdfast.snapshot.openFolder', { id: first.id, where: 'workspace' });
    assert.ok(opened, answers.errors.join('\n'));
    assert.equal(readFileSync(join(opened.content, 'drafts', 'newest'), 'utf8'), 'by way of zanzibar\n');
    assert.deepEqual(
      opened.result.omitted.map(({ path }) => path),
      ['live'],
    );
    assert.ok(!existsSync(join(opened.content, 'live')));
    assert.ok(
      answers.told.some(({ message, actions }) => /not in the folder/.test(message) && actions.includes('list')),
    );
  });

  test('lies in a private directory, and nothing in it can be written', () => {
    for (const [path, state] of Object.entries(fingerprint(opened.folder))) {
      assert.match(state, /^(file [0-7]*4[04][04]|dir [0-7]*5[05][05]|link)/, path);
    }
    assert.equal(lstatSync(dirname(opened.folder)).mode & 0o777, 0o700);
    assert.equal(lstatSync(opened.folder).mode & 0o222, 0);
  });

  test('says that it is a snapshot, and is no workspace of Holdfast', async () => {
    await added;
    assert.equal(shown()?.name, 'Snapshot before: the trip (read-only)');
    assert.match(basename(opened.folder), /^Snapshot before- the trip/);
    await api.workspaces.refreshAll('root');
    assert.deepEqual(
      api.workspaces.all.map(({ name }) => name),
      ['one', 'two'],
    );
    assert.equal((await rows(api, 'holdfast.snapshots')).length, 2);
  });

  test("a file that is opened from it takes no edits, and VS Code's search finds its files", async () => {
    const [plan] = await vscode.workspace.findFiles(
      new vscode.RelativePattern(vscode.Uri.file(opened.folder), '**/plan.txt'),
    );
    assert.equal(plan?.fsPath, join(opened.content, 'drafts', 'plan.txt'));
    const settings = () => vscode.workspace.getConfiguration('files', plan);
    await until("the folder's settings are read", () => '**' in settings().get('readonlyInclude', {}));
    await vscode.window.showTextDocument(plan);
    await vscode.commands.executeCommand('type', { text: 'X' });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.fsPath, plan.fsPath);
    assert.equal(document.getText(), 'by way of zanzibar\n');
    assert.equal(document.isDirty, false);
  });

  test('a file of it is compared with the same file as it is now', async () => {
    const file = vscode.Uri.file(join(opened.content, 'drafts', 'plan.txt'));
    const live = await run<vscode.Uri>('holdfast.snapshot.compareFile', file);
    assert.equal(live.fsPath, join(root, 'drafts', 'plan.txt'));
    await until('the comparison is open', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input.original.fsPath === file.fsPath;
    });
    await run('holdfast.snapshot.compareFile', vscode.Uri.file(join(opened.content, 'gone.txt')));
    assert.match(answers.told.at(-1)?.message ?? '', /There is no .*gone\.txt now/);
  });

  test('is removed when it is taken out of the workspace', async () => {
    await closeTabs();
    vscode.workspace.updateWorkspaceFolders(shown()?.index ?? -1, 1);
    await until('it is gone', () => !existsSync(dirname(opened.folder)));
    await until('nothing of it is left', () => readdirSync(dirname(dirname(opened.folder))).length === 0);
  });

  test('a copy that cannot be made leaves nothing behind', async () => {
    const before = answers.errors.length;
    await run('holdfast.snapshot.openFolder', { id: first.id, paths: ['nowhere'], where: 'workspace' });
    assert.ok(answers.errors.length > before);
    await until('nothing of it is left', () => readdirSync(dirname(dirname(opened.folder))).length === 0);
  });

  test('the history of a file that is gone is the one of the command line, and opens what it was', async () => {
    answers.nextPick = ([newest]) => {
      answers.nextPick = steps => steps.find(({ icon }) => icon === 'go-to-file')?.value;
      return newest?.value;
    };
    const history = await run<FileHistory>('holdfast.file.history', { folder, path: 'gone.txt' });
    assert.deepEqual(history, await cli(folder, 'file', 'history', 'gone.txt'));
    assert.ok(history.versions[0]?.deletedIn);
    await until('it is open', () => vscode.window.activeTextEditor?.document.getText() === 'was here\n');
    assert.match(answers.picks.at(-2)?.title ?? '', /History of gone\.txt/);
  });

  test('the history of a live file is found by its place, and two of its states are compared', async () => {
    answers.nextPick = ([newest]) => {
      answers.nextPick = steps => steps[1]?.value;
      return newest?.value;
    };
    const history = await run<FileHistory>('holdfast.file.history', vscode.Uri.file(join(root, 'drafts', 'plan.txt')));
    assert.equal(history.versions.length, 2);
    await until('the comparison is open', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /before: the trip.*after/.test(label))),
    );
    const before = answers.errors.length;
    await run('holdfast.file.history', vscode.Uri.file(join(folder, 'hello.txt')));
    assert.match(answers.errors[before] ?? '', /does not lie in the root/);
  });

  test('any two snapshots are compared, also when there are more than a list shows at first', async () => {
    const [workspace] = api.workspaces.all;
    const client = await workspace!.client();
    const many = Array.from({ length: 100 }, (_, number) => client.createSnapshot({ title: `${number}` }));
    const [newest] = await Promise.all(many);
    await until('they are listed', async () => ((await workspace!.snapshots.get()).total ?? 0) === 102);
    answers.nextPick = choices => {
      assert.ok(!choices.some(({ label }) => label === first.title));
      answers.nextPick = all => all.find(({ label }) => label === first.title)?.value;
      return choices.at(-1)?.value;
    };
    const diff = await run<Diff>('holdfast.snapshot.diffWith', { folder, id: newest?.id });
    assert.deepEqual([diff.a, diff.b], [first.id, newest?.id], answers.errors.join('\n'));
    assert.deepEqual(
      [diff.removed, diff.modified].map(list => list.map(({ path }) => path)),
      [['gone.txt'], ['drafts/plan.txt']],
    );
    assert.deepEqual(await run<Diff>('holdfast.snapshot.diffWith', { folder, id: newest?.id, other: first.id }), diff);
  });
});
