import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { vscodeTest } from './vscode-page.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-ui-')));
const folder = join(scratch, 'digital-article');
const sample = makeDigitalArticle(folder);
const notebook = join(folder, 'data/workspace/notebooks', `${sample.notebooks[0]!.id}.json`);
after(() => rmSync(scratch, { recursive: true }));

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await holds()); ) {
    assert.ok(Date.now() < end, 'waited 30 s in vain');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

vscodeTest(
  'the main job, clicked through',
  () => ({ folder, env: { HOLDFAST_BACKUP_DIR: join(scratch, 'backups') } }),
  async ({ page, workbench, screenshot }) => {
    await workbench.openViewContainer('Holdfast');
    await workbench.statusBarItem(/workspace/).waitFor();
    const sessions = await workbench.view('Sessions');
    await sessions.row(sample.notebooks[0]!.title).waitFor();
    await screenshot('legacy');

    await workbench.runCommand('Holdfast: Preview Migration');
    await page.locator('.multiDiffEditor, .multi-diff-editor').first().waitFor();
    await page.locator('.monaco-diff-editor .view-line').first().waitFor();
    await workbench.notification(/Nothing was written/).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.notification(/Nothing was written/).waitFor({ state: 'detached' });
    await screenshot('migrate');

    await workbench.runCommand('Holdfast: Apply Migration…');
    const asked = await workbench.dialog();
    assert.match(asked.text, /14 files/);
    await screenshot('migrate-modal');
    await workbench.answerDialog('Apply');
    await workbench.notification(/Migrated|brought|came into/).waitFor();

    await workbench.runCommand('Holdfast: Create Snapshot');
    await workbench.enterText('before the experiment');
    const snapshots = await workbench.view('Snapshots');
    await snapshots.row('before the experiment').waitFor();
    const before = readFileSync(notebook);
    appendFileSync(notebook, '{"broken": true}\n');
    await snapshots.contextMenu('before the experiment', 'Compare Snapshot with Now');
    await page.locator('.view-line', { hasText: 'broken' }).first().waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await snapshots.expand('before the experiment');
    await snapshots.row('notebooks').waitFor();
    await screenshot('overview');

    await snapshots.contextMenu('before the experiment', 'Restore Snapshot…');
    assert.match((await workbench.dialog()).text, /data\/workspace/);
    await screenshot('restore-modal');
    await workbench.answerDialog('Restore');
    await workbench.notification(/Restored/).waitFor();
    assert.deepEqual(readFileSync(notebook), before);
    await screenshot('restored');

    await workbench.runCommand('Holdfast: Create Backup');
    await workbench.pick('Without secrets');
    await workbench.notification(/Backup|backup|Backed up/).waitFor();
    const backups = await workbench.view('Backups');
    await waitFor(async () => (await backups.rows()).length > 0);
    assert.equal(readdirSync(join(scratch, 'backups')).filter(name => name.endsWith('.tar.gz')).length, 1);
    await screenshot('backup');
  },
);
