import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { project } from '../vscode/project.ts';
import { vscodeTest } from './vscode-page.ts';
import { Workbench } from './workbench.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-ui-')));
const folder = join(scratch, 'workspace');
const root = join(folder, 'state');
const live = join(root, 'plan.txt');
mkdirSync(root, { recursive: true });
mkdirSync(join(folder, '.vscode'));
writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify({ 'holdfast.root': root }));
after(() => rmSync(scratch, { recursive: true }));

const cli = (...args: string[]) =>
  execFileSync(process.execPath, [join(project, 'dist/cli.cjs'), '--workspace', folder, '--root', root, ...args]);

vscodeTest(
  'a snapshot opens as a folder of its own window, is searched, cannot be written and is compared with now',
  () => {
    writeFileSync(live, 'By way of Zanzibar.\n');
    cli('snapshot', 'create', '--title', 'before the trip');
    writeFileSync(live, 'By way of Cairo.\n');
    return { folder, settings: { 'breadcrumbs.enabled': false } };
  },
  async ({ page, workbench }) => {
    await workbench.openViewContainer('Holdfast');
    const snapshots = await workbench.view('Snapshots');
    await snapshots.row('before the trip').waitFor();
    const opens = page.context().waitForEvent('page');
    await snapshots.contextMenu('before the trip', 'Open Snapshot as Folder…');
    await workbench.pick('In a new window');
    const second = await opens;
    const other = new Workbench(second);
    const explorer = await other.view('Snapshot before the trip (read-only)');
    await explorer.row('state').waitFor();

    await other.runCommand('Search: Find in Files');
    await second.locator('.search-view .search-widget textarea').first().fill('Zanzibar');
    await second.keyboard.press('Enter');
    const hit = second.locator('.search-view .monaco-list-row', { hasText: 'By way of Zanzibar.' });
    await hit.dblclick();
    const tab = other.editorTab('plan.txt');
    await tab.waitFor();
    const line = second.locator('.monaco-editor .view-line', { hasText: 'Zanzibar' }).first();
    await line.click();
    await second.keyboard.type('No! ');
    await second.locator('.monaco-editor-overlaymessage', { hasText: /is read-only/ }).waitFor();
    assert.equal(await second.locator('.view-line', { hasText: 'No!' }).count(), 0);

    await other.runCommand('Holdfast: Compare with Now');
    await second.locator('.monaco-diff-editor .modified .view-line', { hasText: 'Cairo' }).waitFor();
    await second.locator('.monaco-diff-editor .original .view-line', { hasText: 'Zanzibar' }).waitFor();
    await second.screenshot({ path: join(project, '.vscode-test', 'screenshots', 'snapshot-folder.png') });
    assert.equal(readFileSync(live, 'utf8'), 'By way of Cairo.\n');
  },
);
