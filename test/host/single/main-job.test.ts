import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { Workspace } from '../../../src/extension/workspace.ts';
import type { Backup } from '../../../src/protocol/backups.ts';
import type { RestoreResult } from '../../../src/protocol/common.ts';
import type { ApplyResult, MigrationPlan, UndoResult } from '../../../src/protocol/migrations.ts';
import type { RootInfo } from '../../../src/protocol/root.ts';
import type { Diff, Snapshot } from '../../../src/protocol/snapshots.ts';
import { type DigitalArticleSample, makeDigitalArticle } from '../../fixtures/digital-article.ts';
import { Answers, cli, closeTabs, fingerprint, folderAt, ready, rows, run, tabLabels, until } from '../support.ts';

suite('the main job', () => {
  let api: HoldfastApi;
  let workspace: Workspace;
  let sample: DigitalArticleSample;
  let folder: string;
  let root: string;
  let answers: Answers;
  let replaced: vscode.Disposable;

  suiteSetup(async () => {
    api = await ready();
    folder = folderAt(0).uri.fsPath;
    root = join(folder, 'data', 'workspace');
    sample = makeDigitalArticle(folder);
    workspace = api.workspaces.all[0] as Workspace;
    await workspace.refresh('root');
    answers = new Answers();
    replaced = api.replacePrompts(answers);
  });

  suiteTeardown(async () => {
    replaced.dispose();
    await closeTabs();
  });

  test('the root is explained as the command line explains it', async () => {
    const shown = await run<RootInfo>('holdfast.root.show');
    assert.equal(shown.root, root);
    assert.equal(shown.profile, 'digital-article');
    assert.deepEqual(shown, await cli(folder, 'root', 'show'));
    const explained = answers.picks.at(-1)?.labels ?? [];
    assert.ok(explained.length > shown.candidates.length, 'every candidate is there, and what can be done');
  });

  test('the status is what the command line says', async () => {
    const shown = await run('holdfast.status.show');
    assert.deepEqual(shown, await cli(folder, 'status'));
    assert.ok((workspace.status?.legacy.files ?? 0) > 0, 'legacy state is seen');
  });

  test('sessions carry the titles of the notebooks, and say that they lie in a legacy place', async () => {
    const listed = await rows(api, 'holdfast.sessions');
    assert.deepEqual(listed.map(({ label }) => label).sort(), sample.notebooks.map(({ title }) => title).sort());
    assert.ok(listed.every(({ item }) => item.contextValue === 'holdfast.session+legacy'));
  });

  test('a session opens read-only', async () => {
    const [first] = await rows(api, 'holdfast.sessions');
    const uri = await run<vscode.Uri>('holdfast.session.open', first?.node);
    assert.equal(uri.scheme, 'holdfast-session');
    const bytes = await vscode.workspace.fs.readFile(uri);
    assert.ok(Buffer.from(bytes).includes(Buffer.from(first?.label ?? '?')));
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('no')));
  });

  test('a migration is previewed as a multi-file diff that writes nothing', async () => {
    const before = fingerprint(folder);
    const plan = await run<MigrationPlan>('holdfast.migrate.plan');
    assert.ok(plan, answers.errors.join('\n'));
    assert.ok(plan.totals.files > 0);
    await until('the comparison is open', () => tabLabels().some(label => label.includes(workspace.name)));
    const { '.holdfast': _, ...now } = fingerprint(folder);
    assert.deepEqual(withoutVault(now), withoutVault(before));
    await until('Apply is offered', () => answers.told.some(({ actions }) => actions.includes('apply')));
  });

  test('a migration is applied after a question that names counts, bytes and destination', async () => {
    const legacy = fingerprint(join(folder, 'backend', 'notebook_workspace'));
    const refused = await run('holdfast.migrate.apply');
    assert.equal(refused, undefined, 'without an answer nothing happens');
    const question = answers.questions.at(-1);
    assert.match(question?.message ?? '', /\d+ files? \(.*B\)/);
    assert.ok(question?.detail.includes(root));
    answers.nextConfirm = 'apply';
    const applied = await run<ApplyResult>('holdfast.migrate.apply');
    assert.equal(applied?.status, 'completed', answers.errors.join('\n'));
    assert.equal(applied.verified, applied.copied + applied.upgraded);
    assert.deepEqual(fingerprint(join(folder, 'backend', 'notebook_workspace')), legacy, 'sources stay untouched');
    const sessions = await rows(api, 'holdfast.sessions');
    assert.ok(sessions.length >= sample.notebooks.length);
    assert.ok(
      sessions.some(({ item }) => item.contextValue === 'holdfast.session'),
      'sessions now lie in the root',
    );
  });

  test('a migration is undone and done again', async () => {
    answers.nextPick = ([first]) => first?.value;
    answers.nextConfirm = 'undo';
    const undone = await run<UndoResult>('holdfast.migrate.undo');
    assert.equal(undone?.status, 'undone', answers.errors.join('\n'));
    assert.ok(undone.removed > 0);
    answers.nextConfirm = 'apply';
    const again = await run<ApplyResult>('holdfast.migrate.apply');
    assert.equal(again?.status, 'completed', answers.errors.join('\n'));
  });

  test('a snapshot appears in the tree, with its files below it', async () => {
    answers.nextInput = 'first';
    const snapshot = await run<Snapshot>('holdfast.snapshot.create');
    assert.equal(snapshot?.title, 'first', answers.errors.join('\n'));
    const found = (await rows(api, 'holdfast.snapshots')).find(({ label }) => label === 'first');
    assert.ok(found);
    assert.equal(found.item.contextValue, 'holdfast.snapshot');
    const inside = await rows(api, 'holdfast.snapshots', found.node);
    assert.deepEqual(
      inside.map(({ label }) => label).sort(),
      readdirSync(root)
        .filter(name => name !== '.holdfast')
        .sort(),
    );
    const resolved = await api.views['holdfast.snapshots'].resolveTreeItem?.(
      found.item,
      found.node,
      new vscode.CancellationTokenSource().token,
    );
    assert.ok(resolved?.tooltip instanceof vscode.MarkdownString);
    assert.ok(resolved.tooltip.value.includes(snapshot.id));
  });

  test('what was broken is compared, restored, and put back by Undo', async () => {
    await closeTabs();
    const snapshot = (await firstSnapshot(api)).snapshot;
    const good = fingerprint(root);
    const settings = join(root, 'user_settings', 'maria.json');
    const table = join(root, sample.good, 'data', 'kinetics.csv');
    appendFileSync(table, 'broken\n');
    rmSync(settings);
    writeFileSync(join(root, 'stray.txt'), 'not in the snapshot\n');
    const broken = fingerprint(root);

    const diff = await run<Diff>('holdfast.snapshot.diff', { id: snapshot.id });
    assert.deepEqual(
      [diff.added, diff.removed, diff.modified].map(list => list.map(({ path }) => path)),
      [['stray.txt'], ['user_settings/maria.json'], [`${sample.good}/data/kinetics.csv`]],
    );
    await until('the comparison is open', () => tabLabels().some(label => label.startsWith('first')));

    answers.nextConfirm = 'restore';
    const told = answers.told.length;
    answers.nextTell = undefined;
    const restored = await run<RestoreResult>('holdfast.snapshot.restore', { id: snapshot.id });
    assert.equal(restored?.restored, 2, answers.errors.join('\n'));
    assert.equal(restored.to, root);
    const question = answers.questions.at(-1);
    assert.ok(question?.detail.includes(root) && question.detail.includes('2 files'), question?.detail);
    const { 'stray.txt': stray, ...rest } = fingerprint(root);
    assert.ok(stray, 'what the snapshot does not have stays');
    assert.deepEqual(rest, good);
    assert.ok(
      answers.told.slice(told).some(({ actions }) => actions.includes('undo')),
      'Undo is offered',
    );

    // Again, and take it back.
    appendFileSync(table, 'broken again\n');
    const brokenAgain = fingerprint(root);
    answers.nextConfirm = 'restore';
    answers.nextTell = 'undo';
    await run<RestoreResult>('holdfast.snapshot.restore', { id: snapshot.id });
    await until('Undo has put it back', () => same(fingerprint(root), brokenAgain));

    answers.nextConfirm = 'restore';
    await run<RestoreResult>('holdfast.snapshot.restore', { id: snapshot.id });
    rmSync(join(root, 'stray.txt'));
    assert.deepEqual(fingerprint(root), good);
    assert.notDeepEqual(broken, good);
  });

  test('a single file is restored from its row', async () => {
    const snapshot = await firstSnapshot(api);
    const good = fingerprint(root);
    rmSync(join(root, 'user_settings', 'maria.json'));
    appendFileSync(join(root, sample.good, 'data', 'kinetics.csv'), 'kept\n');
    const directory = (await rows(api, 'holdfast.snapshots', snapshot)).find(({ label }) => label === 'user_settings');
    const [file] = await rows(api, 'holdfast.snapshots', directory?.node);
    answers.nextConfirm = 'restore';
    const restored = await run<RestoreResult>('holdfast.snapshot.restore', file?.node);
    assert.equal(restored?.restored, 1, answers.errors.join('\n'));
    assert.ok(existsSync(join(root, 'user_settings', 'maria.json')));
    assert.notDeepEqual(fingerprint(root), good, 'the other file is left alone');
    answers.nextConfirm = 'restore';
    await run('holdfast.snapshot.restore', snapshot);
    assert.deepEqual(fingerprint(root), good);
  });

  test('the contents of a snapshot can be read and not written', async () => {
    const { snapshot } = await firstSnapshot(api);
    const uri = vscode.Uri.parse(`holdfast-snapshot://${snapshot.id}/user_settings/maria.json`);
    const bytes = await vscode.workspace.fs.readFile(uri);
    const live = await vscode.workspace.fs.readFile(vscode.Uri.file(join(root, 'user_settings', 'maria.json')));
    assert.deepEqual(Buffer.from(bytes), Buffer.from(live));
    assert.equal((await vscode.workspace.fs.stat(uri)).size, live.byteLength);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(uri.scheme), false);
    const parent = uri.with({ path: '/user_settings' });
    assert.deepEqual(await vscode.workspace.fs.readDirectory(parent), [['maria.json', vscode.FileType.File]]);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, Buffer.from('no')));
    await assert.rejects(async () => vscode.workspace.fs.delete(uri));
    await assert.rejects(async () => vscode.workspace.fs.createDirectory(parent));
    await assert.rejects(
      async () => vscode.workspace.fs.readFile(uri.with({ path: '/nothing' })),
      /FileNotFound|EntryNotFound/,
    );
  });

  test('labels of a snapshot change, and it is pinned', async () => {
    const { snapshot } = await firstSnapshot(api);
    answers.nextPick = () => 'tags';
    answers.nextInput = 'good, checked , good';
    const edited = await run<Snapshot>('holdfast.snapshot.edit', { id: snapshot.id });
    assert.deepEqual(edited.tags, ['good', 'checked']);
    await run('holdfast.snapshot.pin', { id: snapshot.id });
    const row = (await rows(api, 'holdfast.snapshots')).find(({ label }) => label === 'first');
    assert.equal(row?.item.contextValue, 'holdfast.snapshot+pinned');
    await run('holdfast.snapshot.unpin', { id: snapshot.id });
  });

  test('a backup is made, verified, listed and unpacked elsewhere', async () => {
    answers.nextPick = () => true;
    const backup = await run<Backup>('holdfast.backup.create');
    assert.ok(backup && existsSync(backup.file), answers.errors.join('\n'));
    const listed = await rows(api, 'holdfast.backups');
    assert.equal(listed.length, 1);
    const verified = await run<{ ok: boolean; files: number }>('holdfast.backup.verify', listed[0]?.node);
    assert.equal(verified.ok, true);
    assert.equal(verified.files, backup.files);
    const elsewhere = join(folder, 'unpacked');
    mkdirSync(elsewhere);
    answers.nextFolder = vscode.Uri.file(elsewhere);
    answers.nextConfirm = 'restore';
    const restored = await run<RestoreResult>('holdfast.backup.restoreTo', listed[0]?.node);
    assert.equal(restored?.to, elsewhere, answers.errors.join('\n'));
    assert.deepEqual(fingerprint(elsewhere), fingerprint(root));
    rmSync(elsewhere, { recursive: true });
    answers.nextConfirm = 'delete';
    await run('holdfast.backup.delete', listed[0]?.node);
    assert.equal(existsSync(backup.file), false);
    assert.deepEqual(await rows(api, 'holdfast.backups'), []);
  });

  test('a snapshot is deleted after a question', async () => {
    answers.nextInput = 'to be deleted';
    const snapshot = await run<Snapshot>('holdfast.snapshot.create');
    assert.equal(await run('holdfast.snapshot.delete', { id: snapshot.id }), undefined);
    answers.nextConfirm = 'delete';
    assert.deepEqual(await run('holdfast.snapshot.delete', { id: snapshot.id }), [snapshot.id]);
    assert.ok(!(await rows(api, 'holdfast.snapshots')).some(({ label }) => label === 'to be deleted'));
  });

  test('a change on disk shows in the status by itself', async () => {
    await workspace.refresh('status');
    const before = workspace.status?.changedSince?.added;
    writeFileSync(join(root, 'new.txt'), 'new\n');
    await until('the change is seen', () => workspace.status?.changedSince?.added === (before ?? 0) + 1);
    rmSync(join(root, 'new.txt'));
    await until('its end is seen', () => workspace.status?.changedSince?.added === before);
  });
});

async function firstSnapshot(api: HoldfastApi) {
  const all = await rows(api, 'holdfast.snapshots');
  const nested = await Promise.all(
    all.map(row => (row.node.kind === 'group' ? rows(api, 'holdfast.snapshots', row.node) : [row])),
  );
  const found = nested.flat().find(({ label }) => label === 'first')?.node;
  assert.ok(found?.kind === 'snapshot');
  return found;
}

function withoutVault(found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).filter(([path]) => !path.split('/').includes('.holdfast')));
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
