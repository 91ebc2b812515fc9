import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('the multi-root window', () => {
  test('has two folders', () => {
    assert.deepEqual(
      vscode.workspace.workspaceFolders?.map(folder => folder.name),
      ['one', 'two'],
    );
  });
});
