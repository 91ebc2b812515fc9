import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { project } from '../vscode/project.ts';
import { vscodeTest } from './vscode-page.ts';
import { Workbench } from './workbench.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-ui-')));
const folder = join(scratch, 'workspace');
const root = join(folder, 'state');
/** Another folder whose root is the same. */
const otherFolder = join(scratch, 'other');
mkdirSync(root, { recursive: true });
for (const one of [folder, otherFolder]) {
  // Not among the user's settings: those of a machine are not read from there once VS Code knows which they are.
  mkdirSync(join(one, '.vscode'), { recursive: true });
  writeFileSync(join(one, '.vscode', 'settings.json'), JSON.stringify({ 'holdfast.root': root }));
}
writeFileSync(join(scratch, 'notes.md'), '# Notes\n');
const cli = (...args: string[]) =>
  JSON.parse(
    execFileSync(
      process.execPath,
      [join(project, 'dist/cli.cjs'), '--workspace', folder, '--root', root, '--json', ...args],
      {
        encoding: 'utf8',
      },
    ),
  );
after(() => rmSync(scratch, { recursive: true }));

const buffers = () => {
  const directory = join(root, '.holdfast', 'buffers');
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter(name => name.endsWith('.jsonl')).map(name => join(directory, name));
};

/** The processes that wrote the recovery buffers: the sidecar of a window, and its extension host. */
function killWriters(): void {
  for (const file of buffers()) {
    const header = JSON.parse(readFileSync(file, 'utf8').split('\n')[0]!.slice(17)) as { pid: number };
    const host = Number(readFileSync(`/proc/${header.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
    for (const pid of [host, header.pid]) process.kill(pid, 'SIGKILL');
  }
}

async function crash(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // It never answers.
  devTools.send('Page.crash').catch(() => {});
  await crashed;
}

async function open(page: Page): Promise<void> {
  const workbench = new Workbench(page);
  await workbench.openViewContainer('Holdfast');
  const sessions = await workbench.view('Sessions');
  await sessions.click('Lab notes');
  await workbench.editorTab('notes.md').waitFor();
  await workbench.statusBarItem(/Saved \(v\d\)/).waitFor();
}

vscodeTest(
  'unsaved edits of a session survive a crash, and the next window offers them before anything else; a conflict is settled',
  () => {
    const { session } = cli('session', 'create', '--title', 'Lab notes', '--from', join(scratch, 'notes.md'));
    assert.equal(session.version, 1);
    return { folder, settings: { 'files.autoSave': 'off' } };
  },
  async ({ page, workbench, openAnother, screenshot }) => {
    await open(page);
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('The third run was better.');
    await workbench.statusBarItem(/Autosaved \d/).waitFor();
    await screenshot('session-autosaved');

    // The window first: an extension host that it starts anew would go on with what was typed.
    await crash(page);
    killWriters();
    // In a folder that never had this editor VS Code itself has nothing to bring back.
    const second = await openAnother({ folder: otherFolder });
    const again = new Workbench(second);
    await second.locator('.quick-input-widget:visible', { hasText: 'Unsaved edits from before' }).waitFor();
    assert.deepEqual(await again.quickPickLabels(), ['Lab notes']);
    await again.pick('Lab notes');
    await again.pick('Recover');
    await again.notification(/recovered as version 2/).waitFor();
    const [found] = cli('session', 'list').sessions;
    assert.equal(found.version, 2);
    const file = join(root, 'sessions', found.id, 'content', 'notes.md');
    assert.equal(readFileSync(file, 'utf8'), '# Notes\nThe third run was better.');
    assert.deepEqual(buffers(), []);

    await open(second);

    // VS Code's own question about a file that is newer is answered with its own button.
    await second.locator('.monaco-editor .view-line').first().click();
    await second.keyboard.type('My ');
    await again.statusBarItem(/Autosaved \d/).waitFor();
    writeFileSync(file, '# Notes of somebody else, who wrote more than I did\n');
    await again.statusBarItem('Conflict').waitFor();
    await again.notification(/was changed elsewhere/).waitFor();
    await second.keyboard.press('ControlOrMeta+S');
    await again.answerNotification(/is newer/, 'Overwrite');
    await again.statusBarItem('Saved (v4)').waitFor();
    assert.match(readFileSync(file, 'utf8'), /My /);
    assert.match(readFileSync(file, 'utf8'), /The third run was better/);
  },
);
