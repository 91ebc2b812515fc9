import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import { Answers, closeTabs, ready, run, until } from '../support.ts';

suite("an application's own sessions", () => {
  let api: HoldfastApi;
  let answers: Answers;
  let replaced: vscode.Disposable;
  const autoSave = (value: string | undefined) =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Global);

  suiteSetup(async () => {
    api = await ready();
    answers = new Answers();
    replaced = api.replacePrompts(answers);
    await autoSave('off');
  });

  suiteTeardown(async () => {
    await closeTabs();
    await autoSave(undefined);
    replaced.dispose();
  });

  test('a notebook is edited in its own file, with a history from then on', async () => {
    const workspace = api.workspaces.all.find(({ name }) => name === 'digital-article');
    assert.ok(workspace?.root);
    const client = await workspace.client();
    const { sessions } = await client.listSessions({ limit: 100 });
    const session = sessions.find(({ broken }) => broken === undefined);
    assert.ok(session);
    const file = join(workspace.root.root, 'notebooks', basename(session.location));
    if (session.legacy) {
      mkdirSync(dirname(file), { recursive: true });
      copyFileSync(join(workspace.path, session.location), file);
      await until('it is in the root', async () => !(await client.showSession(session.id)).legacy);
    }
    const folder = workspace.folder.uri.toString();
    const uri = await run<vscode.Uri>('holdfast.session.open', { id: session.id, folder });
    const document = await vscode.workspace.openTextDocument(uri);
    const before = readFileSync(file, 'utf8');
    assert.equal(document.getText(), before);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, document.positionAt(before.lastIndexOf('}')), ' ');
    await vscode.workspace.applyEdit(edit);
    await until('it is in a recovery buffer', async () => {
      const [buffer] = (await client.recoverableSessions()).recoverable;
      if (!buffer) return false;
      return Buffer.from(await client.bufferContent(buffer.id)).toString() === document.getText();
    });
    assert.equal(await document.save(), true, answers.errors.join('\n'));
    assert.equal(readFileSync(file, 'utf8'), document.getText());
    await until('the buffer is gone', async () => (await client.recoverableSessions()).recoverable.length === 0);
    const { versions } = await client.sessionHistory(session.id);
    assert.deepEqual(
      versions.map(({ action }) => action),
      ['update', 'capture'],
    );
  });
});
