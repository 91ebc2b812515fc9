import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('the empty window', () => {
  test('has no folder', () => {
    assert.equal(vscode.workspace.workspaceFolders, undefined);
  });
});
