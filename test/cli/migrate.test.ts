import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  ApplyResult,
  MigrationDetails,
  MigrationList,
  MigrationPlan,
  UndoResult,
} from '../../src/protocol/migrations.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { makeTree, readTree } from '../fixtures/tree.ts';
import { type Ending, newWorkspace, type Workspace } from './workspace.ts';

/** Any directory brought into the root: nothing of a profile's own. */
function legacyWorkspace(t: Ending): Workspace & { from: string } {
  const workspace = newWorkspace(t);
  const from = path.join(workspace.folder, 'old');
  makeTree(
    from,
    { uploads: { 'a.csv': 'a\n', 'b.csv': 'b\n' }, 'state.json': '{"n":1}\n' },
    { mtime: '2026-01-02T03:04:05.678Z' },
  );
  return { ...workspace, from };
}

function plan({ run, from }: { run: Workspace['run']; from: string }, ...args: string[]): MigrationPlan {
  const result = run('migrate', 'plan', '--from', from, '--json', ...args);
  assert.equal(result.status, 0, result.stdout + result.stderr);
  return result.json(MigrationPlan);
}

describe('migrate plan', () => {
  test('names every file, its target and what would be done, and changes nothing but the vault', t => {
    const workspace = legacyWorkspace(t);
    const found = plan(workspace);
    assert.deepEqual(found.items.map(({ target }) => path.posix.basename(target)).toSorted(), [
      'a.csv',
      'b.csv',
      'state.json',
    ]);
    assert.ok(
      found.items.every(({ action, sha256, source }) => action === 'copy' && sha256 !== '' && !path.isAbsolute(source)),
    );
    assert.ok(found.items.every(({ id }) => /^[a-z0-9]{20,}$/.test(id)));
    assert.deepEqual(found.totals, { files: 3, bytes: 12, copy: 3, upgrade: 0, identical: 0, conflict: 0 });
    assert.deepEqual([found.root, found.omitted], [workspace.root, []]);
    assert.deepEqual(readTree(workspace.root, { except: ['.holdfast'] }), {});
  });

  test('is named by its id, what that begins with, or `latest`', t => {
    const workspace = legacyWorkspace(t);
    const first = plan(workspace);
    workspace.write({ 'old/new.txt': 'n' });
    const second = plan(workspace);
    const apply = (name: string) => workspace.run('migrate', 'apply', name, '--dry-run', '--json');
    assert.equal(apply(first.planId).error().code, 'PLAN_STALE');
    for (const name of [second.planId, second.planId.slice(0, 12), 'latest'])
      assert.equal(apply(name).json(ApplyResult).planId, second.planId);
  });

  test('in text is grouped, with totals and the next step', t => {
    const { done, from } = legacyWorkspace(t);
    const { stdout } = done('migrate', 'plan', '--from', from);
    assert.match(stdout, /^Copy \(3 files, 12 B\):\n {2}old\/.* → /m);
    assert.match(stdout, /^3 files, 12 B: 3 to copy, 0 to upgrade, 0 identical, 0 in conflict\.$/m);
    assert.match(stdout, /To do it: holdfast migrate apply [a-z0-9]{8}$/m);
  });

  test('--set target puts everything below a directory of the root', t => {
    const { items } = plan(legacyWorkspace(t), '--set', 'target=imported/once');
    assert.ok(items.length === 3 && items.every(({ target }) => target.startsWith('imported/once/')));
  });

  test('of a directory that is not there', t => {
    const { run } = newWorkspace(t);
    const result = run('migrate', 'plan', '--from', 'no-such', '--json');
    assert.notEqual(result.status, 0);
    assert.ok(result.error().hint);
  });

  test('of nothing', t => {
    const { done } = newWorkspace(t);
    assert.deepEqual(done('migrate', 'plan', '--json').json(MigrationPlan).items, []);
    assert.match(done('migrate', 'plan').stdout, /Nothing to migrate/);
    assert.equal(done('migrate', 'apply', '--json').json(ApplyResult).status, 'nothing-to-do');
  });

  test('lists what it leaves out and ends with 3', { skip: process.platform === 'win32' }, t => {
    const { run, from } = legacyWorkspace(t);
    execFileSync('mkfifo', [path.join(from, 'pipe')]);
    const result = run('migrate', 'plan', '--from', from, '--json');
    assert.equal(result.status, 3);
    const { omitted, items } = result.json(MigrationPlan);
    assert.equal(items.length, 3);
    assert.deepEqual(
      [omitted.length, omitted.every(({ path: at, reason }) => at.endsWith('pipe') && reason !== '')],
      [1, true],
    );
    const { stdout } = run('migrate', 'plan', '--from', from);
    assert.match(stdout, /^Left out \(1\):\n {2}.*pipe {2}— /m);
    assert.equal(run('migrate', 'apply', '--from', from).status, 3);
  });

  test('warns of what looks odd', t => {
    const { run, folder } = newWorkspace(t);
    makeDigitalArticle(folder);
    const { warnings } = run('migrate', 'plan', '--json').json(MigrationPlan);
    assert.ok(warnings.length > 0);
    assert.match(run('migrate', 'plan').stdout, new RegExp(`^Warnings \\(${warnings.length}\\):$`, 'm'));
  });
});

describe('migrate apply', () => {
  test('does what a plan showed, verified and byte for byte', t => {
    const workspace = legacyWorkspace(t);
    const { planId, items } = plan(workspace);
    const before = readTree(workspace.from);
    const result = workspace.done('migrate', 'apply', planId.slice(0, 8), '--json').json(ApplyResult);
    assert.deepEqual(
      [result.planId, result.status, result.copied, result.conflicts, result.omitted, result.dryRun],
      [planId, 'completed', 3, [], [], false],
    );
    assert.ok(result.migrationId && result.verified >= 3);
    assert.deepEqual(readTree(workspace.from), before, 'the sources are untouched');
    for (const { source, target } of items) {
      const [from, to] = [path.resolve(workspace.folder, source), path.join(workspace.root, target)];
      assert.deepEqual(readFileSync(to), readFileSync(from));
      assert.equal(statSync(to).mtimeMs, statSync(from).mtimeMs);
    }
    const again = workspace.done('migrate', 'apply', '--from', workspace.from, '--json').json(ApplyResult);
    assert.deepEqual([again.status, again.identical], ['nothing-to-do', 3]);
  });

  test('without a plan plans first; --dry-run changes nothing', t => {
    const { done, root, from } = legacyWorkspace(t);
    const dry = done('migrate', 'apply', '--from', from, '--dry-run', '--json').json(ApplyResult);
    assert.deepEqual([dry.dryRun, dry.copied, dry.migrationId], [true, 3, null]);
    assert.deepEqual(readTree(root, { except: ['.holdfast'] }), {});
    const { stdout } = done('migrate', 'apply', '--from', from);
    assert.match(stdout, /^Migrated: 3 copied, 0 upgraded, 0 identical; 3 files verified\./);
    assert.match(stdout, /To undo: holdfast migrate undo [a-z0-9]{8}$/m);
  });

  test('refuses a stale plan (4) and changes nothing', t => {
    const workspace = legacyWorkspace(t);
    const { planId } = plan(workspace);
    writeFileSync(path.join(workspace.from, 'state.json'), '{"n":2}\n');
    const result = workspace.run('migrate', 'apply', planId, '--json');
    assert.equal(result.status, 4);
    assert.equal(result.error().code, 'PLAN_STALE');
    assert.deepEqual(readTree(workspace.root, { except: ['.holdfast'] }), {});
    assert.equal(workspace.run('migrate', 'apply', 'no-such-plan').status, 1);
  });

  describe('where the root has another file of that name', () => {
    function conflicting(t: Ending) {
      const workspace = legacyWorkspace(t);
      const target = plan(workspace).items.find(({ source }) => source.endsWith('state.json'))?.target ?? '';
      makeTree(
        path.dirname(path.join(workspace.root, target)),
        { 'state.json': 'mine\n' },
        { mtime: '2026-02-02T00:00:00Z' },
      );
      const read = () => readFileSync(path.join(workspace.root, target), 'utf8');
      const apply = (policy: string) =>
        workspace.run('migrate', 'apply', '--from', workspace.from, '--on-conflict', policy, '--json');
      return { ...workspace, target, read, apply };
    }

    test('fails with 4 unless told otherwise', t => {
      const { run, from, root, read, apply } = conflicting(t);
      const before = readTree(root, { except: ['.holdfast'] });
      const result = apply('fail');
      assert.equal(result.status, 4);
      assert.equal(result.error().code, 'CONFLICT');
      assert.deepEqual(readTree(root, { except: ['.holdfast'] }), before);
      assert.equal(read(), 'mine\n');
      const text = run('migrate', 'apply', '--from', from);
      assert.equal(text.status, 4);
      assert.match(text.stderr, /state\.json/);
    });

    for (const [policy, content] of [
      ['keep-target', 'mine\n'],
      ['keep-source', '{"n":1}\n'],
      ['keep-newer', 'mine\n'],
      ['keep-both', 'mine\n'],
    ] as const) {
      test(policy, t => {
        const { apply, read, root, target } = conflicting(t);
        const applied = apply(policy);
        assert.equal(applied.status, 0, applied.stdout);
        const result = applied.json(ApplyResult);
        assert.deepEqual(
          result.conflicts.map(conflict => [conflict.target, conflict.resolution]),
          [[target, policy]],
        );
        assert.equal(read(), content);
        const others = Object.keys(readTree(root, { except: ['.holdfast'] })).filter(name => name.includes('state'));
        assert.equal(others.length, policy === 'keep-both' ? 2 : 1);
        if (policy === 'keep-source') assert.ok(result.safetySnapshot);
      });
    }
  });
});

test('migrate list, show and undo', t => {
  const { done, run, root, from } = legacyWorkspace(t);
  assert.match(done('root', 'init').stdout, /Made the root/);
  assert.match(done('migrate', 'list').stdout, /^No migrations\./);
  const before = readTree(root, { except: ['.holdfast'] });
  const { migrationId, planId } = done('migrate', 'apply', '--from', from, '--json').json(ApplyResult);
  assert.ok(migrationId);
  const list = () =>
    done('migrate', 'list', '--json')
      .json(MigrationList)
      .migrations.map(({ id, status }) => [id, status]);
  assert.deepEqual(list(), [[migrationId, 'completed']]);
  assert.match(done('migrate', 'list').stdout, /completed +3 +12 B/);
  const shown = done('migrate', 'show', 'latest', '--json').json(MigrationDetails);
  assert.deepEqual([shown.id, shown.planId, shown.plan.planId, shown.files], [migrationId, planId, planId, 3]);
  assert.match(done('migrate', 'show', migrationId.slice(0, 8)).stdout, /Copy \(3 files/);
  const undone = done('migrate', 'undo', migrationId.slice(0, 8), '--json').json(UndoResult);
  assert.deepEqual([undone.migrationId, undone.status, undone.removed, undone.restored], [migrationId, 'undone', 3, 0]);
  assert.ok(undone.safetySnapshot);
  assert.deepEqual(readTree(root, { except: ['.holdfast'] }), before);
  assert.deepEqual(list(), [[migrationId, 'undone']]);
  const missing = run('migrate', 'undo', 'no-such', '--json');
  assert.equal(missing.status, 1);
  assert.equal(missing.error().code, 'NOT_FOUND');
});

test('migrate undo refuses (4) to lose later edits', t => {
  const { done, run, root, from } = legacyWorkspace(t);
  done('migrate', 'apply', '--from', from);
  const file = Object.keys(readTree(root, { except: ['.holdfast'] })).find(name => name.endsWith('state.json'));
  assert.ok(file);
  writeFileSync(path.join(root, file), 'edited later\n');
  const result = run('migrate', 'undo', 'latest', '--json');
  assert.equal(result.status, 4);
  assert.equal(result.error().code, 'CONFLICT');
  assert.equal(readFileSync(path.join(root, file), 'utf8'), 'edited later\n');
  assert.ok(existsSync(path.join(from, 'state.json')));
});
