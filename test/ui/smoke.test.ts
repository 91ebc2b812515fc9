import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { vscodeTest } from './vscode-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-ui-'));
writeFileSync(join(folder, 'hello.txt'), 'hello\n');
after(() => rmSync(folder, { recursive: true }));

vscodeTest(
  'a folder opens in VS Code with the extension in it',
  () => ({ folder }),
  async ({ page, workbench, screenshot }) => {
    assert.match(await page.title(), /holdfast-ui-/);
    await workbench.runCommand('View: Show Explorer');
    await workbench.openViewContainer('Explorer');
    await page.locator('.explorer-folders-view .label-name', { hasText: 'hello.txt' }).dblclick();
    await workbench.editorTab('hello.txt').waitFor();
    await page.locator('.monaco-editor .view-line', { hasText: 'hello' }).waitFor();
    await screenshot('smoke');
  },
);
