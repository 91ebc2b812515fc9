import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import type { HoldfastApi } from '../../../src/extension/extension.ts';
import type { PlanGroup } from '../../../src/extension/views/migration/nodes.ts';
import type { ApplyResult, MigrationPlan, PlanItem, UndoResult } from '../../../src/protocol/migrations.ts';
import {
  Answers,
  cli,
  cliAnswer,
  closeTabs,
  fingerprint,
  type Row,
  ready,
  rows,
  run,
  tabLabels,
  until,
} from '../support.ts';

/** What each sample must have at least; the exact counts are those of the command line. */
const applications: Record<string, PlanGroup[]> = {
  'digital-article': ['copy', 'warnings'],
  doco: ['upgrade', 'copy', 'omitted', 'warnings'],
  'uploads-json': ['copy', 'omitted', 'warnings'],
  webviz: ['upgrade', 'copy', 'warnings'],
  atlas: ['upgrade', 'copy', 'omitted', 'warnings'],
};
const view = 'holdfast.migration';

suite('the applications', () => {
  let api: HoldfastApi;
  let answers: Answers;
  let replaced: vscode.Disposable;
  const folderOf = (name: string) => {
    const folder = vscode.workspace.workspaceFolders?.find(one => one.name === name);
    assert.ok(folder, name);
    return folder.uri.fsPath;
  };

  suiteSetup(async () => {
    api = await ready();
  });

  setup(() => {
    answers = new Answers();
    replaced = api.replacePrompts(answers);
  });

  teardown(async () => {
    for (const { node } of await rows(api, view)) await run('holdfast.migrate.discard', node);
    replaced.dispose();
  });

  suiteTeardown(async () => {
    await closeTabs();
  });

  /** The rows of a group of the one plan that is previewed. */
  const top = () => groupRows(api);

  for (const [profile, expected] of Object.entries(applications)) {
    test(`${profile}: planned, shown by action, applied and undone`, async () => {
      const folder = folderOf(profile);
      const plan = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
      assert.ok(plan, answers.errors.join('\n'));
      assert.equal(plan.profile, profile);
      assert.deepEqual(plan, await cliAnswer(folder, 'migrate', 'plan'));
      const groups = await top();
      assert.deepEqual(countsOf(groups), countsOfPlan(plan));
      for (const group of expected) assert.ok(groups.has(group), `${profile} has ${group}`);
      for (const row of groups.values()) {
        const below = await rows(api, view, row.node);
        assert.equal(below.length, Number.parseInt(String(row.item.description), 10));
      }
      await until('the comparison is open', () => tabLabels().some(label => label.includes(`Migration of ${profile}`)));

      const before = fingerprint(folder);
      answers.nextConfirm = 'apply';
      const applied = await run<ApplyResult>('holdfast.migrate.apply', { folder });
      assert.equal(applied?.status, 'completed', answers.errors.join('\n'));
      assert.equal(applied.copied, plan.totals.copy);
      assert.equal(applied.upgraded, plan.totals.upgrade);
      assert.equal(applied.verified, applied.copied + applied.upgraded);
      assert.equal((await rows(api, view)).length, 0, 'the view goes');
      await until('its comparison is closed', () => !tabLabels().some(label => label.includes('Migration of')));

      answers.nextPick = ([first]) => first?.value;
      answers.nextConfirm = 'undo';
      const undone = await run<UndoResult>('holdfast.migrate.undo', { folder });
      assert.equal(undone?.status, 'undone', answers.errors.join('\n'));
      assert.equal(undone.removed, applied.verified);
      assert.deepEqual(withoutRoots(fingerprint(folder)), withoutRoots(before));
    });
  }

  test('an upgraded file is compared with what would be written', async () => {
    const folder = folderOf('atlas');
    const plan = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    const [row] = await rows(api, view, (await top()).get('upgrade')?.node);
    const shown = await run<{ left: vscode.Uri; right: vscode.Uri }>('holdfast.migrate.open', row?.node);
    const [left, right] = await Promise.all([textOf(shown.left), textOf(shown.right)]);
    assert.ok(!left.includes('schemaVersion') && right.includes('schemaVersion'));
    await until('both are shown', () => tabLabels().some(label => label.includes('legacy ↔ upgraded')));
    await run('holdfast.migrate.discard', { folder });
    assert.equal((await rows(api, view)).length, 0);
    await until('its tabs are closed', () => !tabLabels().some(label => /legacy ↔ upgraded|Migration of/.test(label)));
    assert.ok(plan.totals.upgrade > 0);
  });

  test('a new file is compared with nothing, and a secret is never shown', async () => {
    const folder = folderOf('doco');
    const plan = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    const open = (item: PlanItem | undefined) =>
      run<{ left: vscode.Uri; right: vscode.Uri }>('holdfast.migrate.open', { folder, item: item?.id });
    const copied = await open(plan.items.find(({ action, secret }) => action === 'copy' && !secret));
    assert.equal(await textOf(copied.left), '');
    const secret = await open(plan.items.find(item => item.secret));
    assert.equal(secret.right.scheme, 'holdfast-report');
    const told = (await vscode.workspace.openTextDocument(secret.right)).getText();
    assert.match(told, /holds secrets/);
    assert.ok(!told.includes('CANARY'));
    await run('holdfast.migrate.discard', { folder });
  });

  test('each conflict is decided in the tree, several at once, and applied so', async () => {
    const folder = folderOf('webviz');
    const first = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    const targets = first.items.filter(({ action, secret }) => action === 'copy' && !secret).slice(0, 4);
    assert.equal(targets.length, 4);
    for (const { target } of targets) {
      const file = join(first.root, target);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'mine\n');
      utimesSync(file, new Date('2020-01-01'), new Date('2020-01-01'));
    }
    const plan = await run<MigrationPlan>('holdfast.migrate.planAgain', { folder });
    assert.equal(plan.totals.conflict, 4, answers.errors.join('\n'));
    const conflicts = async () => {
      const group = (await top()).get('conflict');
      return { group, items: await rows(api, view, group?.node) };
    };
    const { group, items } = await conflicts();
    assert.equal(group?.item.description, '4 (4 not decided)');
    const shown = await run<{ left: vscode.Uri; right: vscode.Uri }>('holdfast.migrate.open', items[0]?.node);
    assert.equal(await textOf(shown.left), 'mine\n');
    assert.notEqual(await textOf(shown.right), 'mine\n');

    const nodes = items.map(({ node }) => node);
    await run('holdfast.migrate.keepMine', group?.node);
    assert.equal((await conflicts()).group?.item.description, '4');
    await run('holdfast.migrate.decideLater', nodes[0]);
    assert.equal(await run<number>('holdfast.migrate.takeLegacy', nodes[1], [nodes[1], nodes[2]]), 2);
    const decided = await conflicts();
    assert.equal(decided.group?.item.description, '4 (1 not decided)');
    assert.deepEqual(
      decided.items.map(({ item }) => String(item.description).split(' · ')[0]),
      ['not decided', 'take legacy', 'take legacy', 'keep mine'],
    );
    await run('holdfast.migrate.planAgain', { folder });
    assert.equal((await conflicts()).group?.item.description, '4 (1 not decided)', 'decisions outlive a refresh');

    answers.nextPick = choices => choices.find(({ value }) => value === 'keep-both')?.value;
    answers.nextConfirm = 'apply';
    const result = await run<ApplyResult>('holdfast.migrate.apply', { folder });
    assert.equal(result?.status, 'completed', answers.errors.join('\n'));
    assert.match(answers.picks.at(-1)?.title ?? '', /^1 file/, 'asked for the undecided one only');
    const ofFolder = decided.items.map(({ label }) => label);
    const resolutionOf = (target: string | undefined) =>
      result.conflicts.find(one => one.target === target)?.resolution;
    assert.deepEqual(ofFolder.map(resolutionOf), ['keep-both', 'keep-source', 'keep-source', 'keep-target']);
    const texts = ofFolder.map(target => readFileSync(join(plan.root, target), 'utf8') === 'mine\n');
    assert.deepEqual(texts, [true, false, false, true]);
    answers.nextPick = ([latest]) => latest?.value;
    answers.nextConfirm = 'undo';
    const undone = await run<UndoResult>('holdfast.migrate.undo', { folder });
    assert.equal(undone?.status, 'undone', answers.errors.join('\n'));
    assert.ok(ofFolder.every(target => readFileSync(join(plan.root, target), 'utf8') === 'mine\n'));
    for (const target of ofFolder) rmSync(join(plan.root, target));
  });

  test('a folder that no profile knows is added', async () => {
    const folder = folderOf('atlas');
    const other = join(folder, '..', 'elsewhere');
    mkdirSync(other);
    writeFileSync(join(other, 'note.txt'), 'from elsewhere\n');
    answers.nextFolder = vscode.Uri.file(other);
    const plan = await run<MigrationPlan>('holdfast.migrate.planFrom', { folder });
    assert.ok(
      plan.items.some(({ source }) => source.endsWith('note.txt')),
      answers.errors.join('\n'),
    );
    const again = await run<MigrationPlan>('holdfast.migrate.planAgain', { folder });
    assert.equal(again.planId, plan.planId);
    await run('holdfast.migrate.discard', { folder });
  });

  test('a preview ends when the command line carries it out', async () => {
    const folder = folderOf('digital-article');
    const plan = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    assert.ok(plan.totals.copy > 0);
    await cli(folder, 'migrate', 'apply', '--yes');
    await until('the view is empty', async () => (await rows(api, view)).length === 0);
  });

  test('of several profiles that fit the person chooses', async () => {
    const folder = folderOf('several');
    const workspace = api.workspaces.all.find(({ name }) => name === 'several');
    assert.deepEqual(workspace?.root?.matchingProfiles, ['uploads-json', 'webviz']);
    await run('holdfast.root.show', { folder });
    assert.ok(answers.picks.at(-1)?.labels.some(label => label.startsWith('Choose Profile')));
    const plan = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    assert.equal(plan.profile, 'uploads-json');
    await until('the choice is offered', () => answers.told.at(-1)?.actions.includes('profile') ?? false);
    answers.nextPick = choices => choices.find(({ label }) => label === 'webviz')?.value;
    await run('holdfast.profile.select', { folder });
    await until('it counts', () => workspace?.root?.profile === 'webviz');
    await until('the plan of the other profile is over', async () => (await rows(api, view)).length === 0);
    const chosen = await run<MigrationPlan>('holdfast.migrate.plan', { folder });
    assert.equal(chosen.profile, 'webviz');
    await run('holdfast.root.show', { folder });
    assert.ok(!answers.picks.at(-1)?.labels.some(label => label.startsWith('Choose Profile')));
    await run('holdfast.migrate.discard', { folder });
  });
});

async function groupRows(api: HoldfastApi): Promise<Map<PlanGroup, Row>> {
  const [folder, ...others] = await rows(api, view);
  assert.equal(others.length, 0, 'one plan at a time');
  const below = folder ? await rows(api, view, folder.node) : [];
  return new Map(below.flatMap(row => (row.node.kind === 'plan-group' ? [[row.node.group, row] as const] : [])));
}

function countsOf(groups: ReadonlyMap<PlanGroup, Row>): Record<string, number> {
  return Object.fromEntries(
    [...groups].map(([group, { item }]) => [group, Number.parseInt(String(item.description), 10)]),
  );
}

function countsOfPlan({ totals, omitted, warnings }: MigrationPlan): Record<string, number> {
  const { upgrade, copy, conflict, identical } = totals;
  const all = { upgrade, copy, conflict, identical, omitted: omitted.length, warnings: warnings.length };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

async function textOf(uri: vscode.Uri): Promise<string> {
  return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
}

/** Without the vaults. */
function withoutRoots(found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).filter(([path]) => !path.split('/').includes('.holdfast')));
}
