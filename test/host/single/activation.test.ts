import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('activation', () => {
  test('runs in a real VS Code with one folder open', () => {
    assert.match(vscode.version, /^\d+\.\d+\.\d+/);
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.equal(vscode.workspace.isTrusted, true);
  });

  test('the extension is there and activates', async () => {
    const extension = vscode.extensions.getExtension('holdfast.holdfast');
    assert.ok(extension, 'holdfast.holdfast is not installed');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
