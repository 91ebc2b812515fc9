import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { Workspace } from '../../../src/extension/workspace.ts';
import type { RecoveryBuffer, Session } from '../../../src/protocol/sessions.ts';
import type { SessionExported, SessionImported } from '../../../src/protocol/share.ts';
import { Answers, closeTabs, ready, rows, run, until } from '../support.ts';

suite('editing sessions', () => {
  let api: HoldfastApi;
  let workspace: Workspace;
  let answers: Answers;
  let replaced: vscode.Disposable;
  let session: Session;
  let document: vscode.TextDocument;
  const autoSave = (value: string | undefined) =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Global);
  const file = () => join(workspace.root?.root ?? '', 'sessions', session.id, 'content', 'notes.json');
  const onDisk = () => readFileSync(file(), 'utf8');
  const buffers = async (): Promise<RecoveryBuffer[]> => {
    const { recoverable } = await (await workspace.client()).recoverableSessions();
    return recoverable.filter(one => one.session === session.id);
  };
  const versions = async () => (await (await workspace.client()).sessionHistory(session.id)).versions;
  const state = (pattern: RegExp) => until(`the state is ${pattern}`, () => pattern.test(api.sessionState() ?? ''));
  const buffered = async () => {
    const [buffer] = await buffers();
    return buffer && Buffer.from(await (await workspace.client()).bufferContent(buffer.id)).toString();
  };

  suiteSetup(async () => {
    api = await ready();
    workspace = api.workspaces.all[0] as Workspace;
    await autoSave('off');
  });

  suiteTeardown(() => autoSave(undefined));

  setup(async () => {
    answers = new Answers();
    replaced = api.replacePrompts(answers);
    const client = await workspace.client();
    const bytes = Buffer.from('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n');
    session = await client.createSession({ title: 'Experiment' }, { bytes, file: 'notes.json' });
    await workspace.refresh('sessions', 'status');
    const uri = await run<vscode.Uri>('holdfast.session.open', { id: session.id });
    assert.ok(uri, answers.errors.join('\n'));
    document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
  });

  teardown(async () => {
    if (document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeTabs();
    replaced.dispose();
  });

  test('saving makes a version, which the status bar names', async () => {
    await state(/v1/);
    await type('"a": 1', '"a": 10');
    assert.equal(await document.save(), true);
    assert.equal(onDisk(), document.getText());
    await state(/v2/);
    assert.deepEqual(
      (await versions()).map(({ version, action }) => [version, action]),
      [
        [2, 'update'],
        [1, 'create'],
      ],
    );
    assert.deepEqual(answers.errors, []);
  });

  test('what is typed is in a recovery buffer within a second, in the right order, and gone after the save', async () => {
    const begin = Date.now();
    await type('"a": 1', '"a": 10', '"c": 3', '"c": "three"', '"b": 2', '"bb": 2');
    await until('it is there', async () => (await buffered()) === document.getText(), 1000);
    assert.ok(Date.now() - begin < 1000);
    await state(/Autosaved \d/);
    await vscode.commands.executeCommand('undo');
    await vscode.commands.executeCommand('redo');
    await type('"bb"', '"bbb"');
    await until('the rest is there', async () => (await buffered()) === document.getText(), 1000);
    assert.equal((await versions()).length, 1, 'nothing is saved by that');
    await document.save();
    await until('it is gone', async () => (await buffers()).length === 0);
    assert.equal(onDisk(), document.getText());
  });

  test('the buffer ends when everything is undone, and when the editor is closed without saving', async () => {
    await type('"a": 1', '"a": 10');
    await until('it is there', async () => (await buffers()).length === 1);
    await vscode.commands.executeCommand('undo');
    await until('it is gone', async () => (await buffers()).length === 0);
    await type('"a": 1', '"a": 10');
    await until('it is there again', async () => (await buffers()).length === 1);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until('it is gone again', async () => (await buffers()).length === 0);
    assert.equal((await versions()).length, 1);
  });

  test('a lost sidecar loses no edits', async () => {
    await type('"a": 1', '"a": 10');
    await until('it is there', async () => (await buffered()) === document.getText());
    await run('holdfast.sidecar.restart');
    await type('"b": 2', '"b": 20');
    await until('all of it is there', async () => (await buffered()) === document.getText());
    const found = await buffers();
    assert.deepEqual([found.length, found[0]?.active], [1, true]);
  });

  test('an editor without unsaved edits follows what another program writes', async () => {
    writeFileSync(file(), '{ "other": "program" }\n');
    await until('it is shown', () => document.getText().includes('program'));
    assert.equal(document.isDirty, false);
    await type('program', 'window');
    assert.equal(await document.save(), true, answers.errors.join('\n'));
    assert.deepEqual(
      (await versions()).map(({ action }) => action),
      ['update', 'capture', 'create'],
    );
  });

  test('what was changed elsewhere is a conflict: never overwritten unless the person says so', async () => {
    await type('"a": 1', '"a": 7');
    await until('it is there', async () => (await buffers()).length === 1);
    // As many bytes as before: VS Code's own check by time and size does not notice it.
    const theirs = onDisk().replace('"c": 3', '"c": 8');
    writeFileSync(file(), theirs);
    await until('it is told', () => answers.told.some(({ actions }) => actions.includes('merge')));
    assert.deepEqual(answers.told.at(-1)?.actions, ['compare', 'merge', 'overwrite', 'revert']);
    await state(/Conflict/);
    const mine = document.getText();
    assert.equal(await saved(document), false);
    assert.deepEqual([onDisk(), document.getText(), document.isDirty], [theirs, mine, true]);

    answers.nextPick = choices => choices.find(({ value }) => value === 'overwrite')?.value;
    await run('holdfast.session.resolve');
    assert.deepEqual([onDisk(), document.isDirty], [mine, false], answers.errors.join('\n'));
    assert.deepEqual(
      (await versions()).map(({ action }) => action),
      ['update', 'capture', 'create'],
      'what was overwritten is a version',
    );
    await state(/v3/);
  });

  test('a conflict is settled by merging both changes, or by going back to what is saved', async () => {
    await type('"a": 1', '"a": 7');
    const theirs = onDisk().replace('"c": 3', '"c": "longer than before"');
    writeFileSync(file(), theirs);
    await state(/Conflict/);
    answers.nextPick = choices => choices.find(({ value }) => value === 'merge')?.value;
    await run('holdfast.session.resolve');
    assert.deepEqual(JSON.parse(onDisk()), { a: 7, b: 2, c: 'longer than before' }, answers.errors.join('\n'));
    assert.deepEqual([document.getText(), document.isDirty], [onDisk(), false]);

    await type('"a": 7', '"a": 8');
    writeFileSync(file(), theirs);
    await state(/Conflict/);
    answers.nextPick = choices => choices.find(({ value }) => value === 'revert')?.value;
    await run('holdfast.session.resolve');
    assert.deepEqual([document.getText(), document.isDirty, onDisk()], [theirs, false, theirs]);
    await until('nothing is left unsaved', async () => (await buffers()).length === 0);
  });

  test('edits that a window left behind are one list: compared, recovered, discarded', async () => {
    const client = await workspace.client();
    const text = document.getText();
    const edits = [{ offset: text.indexOf('1'), length: 1, text: '100' }];
    await closeTabs();
    const other = await client.createSession({ title: 'Other' }, { bytes: Buffer.from(text), file: 'notes.json' });
    for (const { id } of [session, other])
      await client.editBuffer(id, { base: 1, before: text.length, edits, file: 'notes.json' });
    assert.equal(
      (await rows(api, 'holdfast.sessions')).some(({ label }) => label === 'Unsaved'),
      false,
    );
    // Who typed them is gone now.
    await run('holdfast.sidecar.restart');
    await until('they are shown', async () => (await unsavedRows(api)).length === 2);
    const labels = (await unsavedRows(api)).map(({ label }) => label);
    assert.deepEqual(labels.sort(), ['Experiment', 'Other']);

    const left = (await unsavedRows(api)).find(({ label }) => label === 'Other');
    await run('holdfast.session.compareUnsaved', left?.node);
    await until('the comparison is open', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input.modified.query.startsWith('buffer=');
    });
    answers.nextConfirm = 'discard';
    assert.equal((await run<string[]>('holdfast.session.discard', left?.node))?.length, 1, answers.errors.join('\n'));

    answers.nextPick = choices => {
      answers.nextPick = steps => steps.find(({ value }) => value === 'recover')?.value;
      return choices[0]?.value;
    };
    await run('holdfast.session.recoverable');
    assert.deepEqual(JSON.parse(onDisk()), { a: 100, b: 2, c: 3 }, answers.errors.join('\n'));
    assert.deepEqual(answers.picks[0]?.labels, ['Experiment']);
    assert.equal((await versions())[0]?.action, 'recover');
    assert.deepEqual(await unsavedRows(api), []);
  });

  test('versions, copies, and deletion with Undo', async () => {
    await type('"a": 1', '"a": 10');
    await document.save();
    answers.nextPick = choices => {
      answers.nextPick = steps => steps.find(({ value }) => value === 'revert')?.value;
      return choices.at(-1)?.value;
    };
    await run('holdfast.session.history', { id: session.id });
    assert.match(onDisk(), /"a": 1,/, answers.errors.join('\n'));
    await until('the editor follows', () => document.getText() === onDisk());

    answers.nextInput = 'A copy';
    const copy = await run<Session>('holdfast.session.newFrom', { id: session.id });
    assert.deepEqual([copy?.title, copy?.template], ['A copy', session.id], answers.errors.join('\n'));

    await closeTabs();
    answers.nextTell = 'undo';
    assert.deepEqual(await run('holdfast.session.delete', { id: session.id }), [session.id]);
    await until('it is back', () => existsSync(file()));
    assert.ok(readdirSync(join(workspace.root?.root ?? '', 'sessions')).includes(session.id));
  });

  test('a session goes into one file and comes back out of it, as another one where it is in the way', async () => {
    const to = vscode.Uri.file(join(workspace.root?.root ?? '', '..', `${session.id}.holdfast`));
    answers.nextSave = to;
    const exported = await run<SessionExported>('holdfast.session.export', { id: session.id });
    assert.deepEqual([exported?.session, exported?.file], [session.id, to.fsPath], answers.errors.join('\n'));
    answers.nextFile = to;
    assert.equal((await run<SessionImported>('holdfast.session.import'))?.imported, false, answers.errors.join('\n'));
    await type('"a": 1', '"a": 10');
    await document.save();
    answers.nextFile = to;
    answers.nextConfirm = 'asNew';
    const renewed = await run<SessionImported>('holdfast.session.import');
    assert.equal(answers.questions.length, 1, answers.errors.join('\n'));
    assert.deepEqual([renewed?.session.title, renewed?.session.version], ['Experiment', 1]);
    assert.notEqual(renewed?.session.id, session.id);
  });

  test('sessions are filtered and sorted', async () => {
    answers.nextInput = 'experiment';
    await run('holdfast.session.filter');
    const found = await Promise.all(
      (await rows(api, 'holdfast.sessions')).map(async row => [
        row,
        ...(await rows(api, 'holdfast.sessions', row.node)),
      ]),
    );
    const titles = found.flat().flatMap(({ node }) => (node.kind === 'session' ? [node.session.title] : []));
    assert.ok(titles.length > 0 && titles.every(title => title === 'Experiment'), titles.join());
    answers.nextInput = '';
    await run('holdfast.session.filter');
  });

  /** Replaces texts, all in one change. */
  async function type(...pairs: string[]): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    for (let at = 0; at < pairs.length; at += 2) {
      const [from = '', to = ''] = pairs.slice(at);
      const offset = document.getText().indexOf(from);
      assert.ok(offset >= 0, `${from} in ${document.getText()}`);
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + from.length));
      edit.replace(document.uri, range, to);
    }
    assert.equal(await vscode.workspace.applyEdit(edit), true);
  }
});

async function saved(document: vscode.TextDocument): Promise<boolean> {
  try {
    return await document.save();
  } catch {
    return false;
  }
}

async function unsavedRows(api: HoldfastApi) {
  const group = (await rows(api, 'holdfast.sessions')).find(({ node }) => node.kind === 'unsaved-group');
  return group ? rows(api, 'holdfast.sessions', group.node) : [];
}
