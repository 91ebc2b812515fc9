import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ApplyResult, CleanupResult, MigrationPlan } from '../../src/protocol/migrations.ts';
import { Status } from '../../src/protocol/root.ts';
import { SessionList } from '../../src/protocol/sessions.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { makeDoco } from '../fixtures/doco.ts';
import { directory, file, link, makeTree, readTree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

const posix = { skip: process.platform === 'win32' };

/** A program with a hard-wired directory that replaces its file, as careful programs do. */
function saveByRename(at: string, text: string): void {
  writeFileSync(`${at}.new`, text);
  renameSync(`${at}.new`, at);
}

function linkedPlace(t: TestContext, more: Parameters<typeof makeTree>[1] = {}) {
  const workspace = newWorkspace(t);
  const old = path.join(workspace.folder, 'lib', 'old');
  makeTree(
    path.dirname(old),
    {
      old: {
        'state.json': file('{"n":1}', { mode: 0o640 }),
        sub: directory(
          { inner: { 'a.csv': 'a', to: link('a.csv') }, empty: directory({}, { mode: 0o755 }) },
          { mode: 0o750 },
        ),
        'to sub': link('sub'),
        ...more,
      },
    },
    { mtime: '2026-01-02T03:04:05.678Z' },
  );
  const tree = () => readTree(workspace.folder, { except: ['data'], directoryTimes: true });
  const before = tree();
  const apply = () =>
    workspace.run('migrate', 'apply', '--from', 'lib/old', '--set', 'target=app', '--after', 'link', '--json');
  return { ...workspace, old, tree, before, apply };
}

describe('a directory that was migrated whole becomes a link', posix, () => {
  test('so that a program that replaces its files writes into the root; undoing gives the tree of before', t => {
    const { done, run, root, old, tree, before, apply } = linkedPlace(t);
    const applied = apply();
    assert.equal(applied.status, 0, applied.stdout);
    assert.ok(lstatSync(old).isSymbolicLink());
    assert.deepEqual(Object.keys(tree()), ['lib', 'lib/old'], 'nothing is left beside it');
    saveByRename(path.join(old, 'state.json'), '{"n":2}');
    assert.equal(readFileSync(path.join(root, 'app/state.json'), 'utf8'), '{"n":2}');
    assert.ok(lstatSync(path.join(root, 'app/state.json')).isFile());
    writeFileSync(path.join(old, 'sub/new'), 'made later');
    assert.equal(readFileSync(path.join(root, 'app/sub/new'), 'utf8'), 'made later');

    const again = run('migrate', 'plan', '--from', 'lib/old', '--set', 'target=app', '--json').json(MigrationPlan);
    assert.deepEqual([again.items, again.omitted], [[], [{ path: 'lib/old', reason: 'a link into the root' }]]);
    const cleaned = run('migrate', 'cleanup', 'latest', '--yes', '--json').json(CleanupResult);
    assert.equal(cleaned.removed, 0);
    assert.ok(statSync(path.join(root, 'app/sub/inner/a.csv')).isFile(), 'what the link leads to is no old place');

    assert.equal(run('migrate', 'undo', 'latest', '--yes').status, 4, 'what the program wrote would be lost');
    saveByRename(path.join(old, 'state.json'), '{"n":1}');
    done('migrate', 'undo', 'latest', '--yes');
    assert.deepEqual(tree(), before);
    assert.deepEqual(Object.keys(readTree(root, { except: ['.holdfast'] })), ['app', 'app/sub', 'app/sub/new']);
  });

  test('also when the files were brought in before', t => {
    const { done, old, tree, before, apply } = linkedPlace(t);
    done('migrate', 'apply', '--from', 'lib/old', '--set', 'target=app');
    assert.equal(apply().json(ApplyResult).status, 'nothing-to-do');
    assert.ok(lstatSync(old).isSymbolicLink());
    done('migrate', 'undo', 'latest', '--yes');
    assert.deepEqual(tree(), before);
  });

  test('but not when something in it stays; then what is inside becomes links', t => {
    const { old, done, tree, before, apply, folder } = linkedPlace(t, { out: link('../beside') });
    writeFileSync(path.join(folder, 'lib/beside'), 'x');
    const applied = apply();
    assert.equal(applied.status, 3);
    assert.deepEqual(
      applied.json(ApplyResult).omitted.map(one => one.path),
      ['lib/old/out', 'lib/old/to sub'],
      'links stay as they are',
    );
    assert.ok(lstatSync(old).isDirectory() && lstatSync(path.join(old, 'state.json')).isSymbolicLink());
    assert.ok(lstatSync(path.join(old, 'sub')).isSymbolicLink());
    done('migrate', 'undo', 'latest', '--yes');
    const after = tree();
    delete after['lib/beside'];
    delete after.lib;
    delete before.lib;
    assert.deepEqual(after, before);
  });

  test('and what the next command finds aside after a crash is put back', t => {
    const { done, old, tree, before, apply, folder } = linkedPlace(t);
    assert.equal(apply().status, 0);
    done('migrate', 'undo', 'latest', '--yes');
    assert.equal(apply().status, 0);
    // As when it was killed between the two renames: the record says where the directory lies.
    const migrations = path.join(folder, 'data/workspace/.holdfast/migrations');
    const aside = Object.keys(readTree(migrations))
      .map(name => JSON.parse(readFileSync(path.join(migrations, name), 'utf8')).migration)
      .find(({ status }) => status === 'completed').linkedDirectories[0].aside;
    const kept = path.join(folder, 'kept');
    mkdirSync(kept);
    renameSync(old, path.join(kept, 'link'));
    makeTree(aside, { 'state.json': file('{"n":1}', { mode: 0o640 }) }, { mtime: '2026-01-02T03:04:05.678Z' });
    symlinkSync('nowhere', aside.replace('.holdfast-tmp', '-link.holdfast-tmp'));
    assert.equal(apply().json(ApplyResult).status, 'nothing-to-do');
    assert.deepEqual(
      Object.keys(tree()).filter(at => at.startsWith('lib/')),
      ['lib/old'],
    );
    assert.ok(lstatSync(old).isSymbolicLink());
    done('migrate', 'undo', 'latest', '--yes');
    const after = tree();
    for (const at of ['kept', 'kept/link']) delete after[at];
    assert.deepEqual(after, before);
  });
});

test('the directories of an application: its sessions are listed once, nothing waits, all comes back', posix, t => {
  const workspace = newWorkspace(t);
  makeDigitalArticle(workspace.folder);
  const tree = () => readTree(workspace.folder, { except: ['data/workspace/.holdfast'], directoryTimes: true });
  const before = tree();
  const sessions = () => workspace.done('session', 'list', '--json').json(SessionList).sessions;
  const found = sessions().map(({ id }) => id);
  workspace.run('migrate', 'apply', '--after', 'link');
  assert.ok(lstatSync(path.join(workspace.folder, 'data/notebooks')).isSymbolicLink());
  assert.deepEqual(
    sessions()
      .map(({ id }) => id)
      .sort(),
    found.sort(),
  );
  assert.ok(sessions().every(({ legacy }) => !legacy));
  assert.equal(workspace.done('status', '--json').json(Status).legacy.files, 0);
  workspace.done('migrate', 'undo', 'latest', '--yes');
  assert.deepEqual(tree(), before);
});

test('a directory whose place also took what was upgraded stays one: the next plan sees no change', posix, t => {
  const workspace = newWorkspace(t);
  makeDoco(workspace.folder);
  const migrate = (...args: string[]) => workspace.run('migrate', ...args, '--root', 'state', '--json');
  migrate('apply', '--after', 'link');
  assert.ok(lstatSync(path.join(workspace.folder, 'data/sessions')).isDirectory());
  assert.ok(lstatSync(path.join(workspace.folder, 'data/images')).isSymbolicLink());
  const { totals } = migrate('plan').json(MigrationPlan);
  assert.deepEqual([totals.copy, totals.upgrade, totals.conflict], [0, 0, 0]);
});
