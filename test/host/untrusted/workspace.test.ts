import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('the untrusted window', () => {
  test('is in restricted mode', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });
});
