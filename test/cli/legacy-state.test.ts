import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { RestoreResult } from '../../src/protocol/common.ts';
import { Diff, FileList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { directory, file, link, makeTree, readTree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

/** State at three places, none of them the root: in the workspace, in the home directory and elsewhere. */
function scattered(t: TestContext) {
  const workspace = newWorkspace(t);
  const elsewhere = path.join(path.dirname(workspace.folder), 'srv');
  const old = {
    'b.txt': file('b', { mode: 0o600 }),
    b: directory({ inner: 'x', empty: {} }, { mode: 0o750 }),
    to: link('b.txt'),
    'token.json': 'CANARY-SECRET',
  };
  const mtime = '2026-01-02T03:04:05.678Z';
  makeTree(workspace.folder, { old }, { mtime });
  makeTree(workspace.home, { '.tally': { 'state.json': '{}' } }, { mtime });
  makeTree(elsewhere, { 'far.csv': 'f' }, { mtime });
  workspace.write({
    'holdfast.profile.json': JSON.stringify({
      id: 'tally',
      title: 'Tally',
      areas: [
        { id: 'auth', title: 'Tokens', secret: true, globs: ['auth/**'] },
        { id: 'all', title: 'All', globs: ['**'] },
      ],
      legacy: [
        { id: 'old', title: 'Old', path: 'old', to: 'data', exclude: ['token.json'] },
        { id: 'token', title: 'Tokens', path: 'old/token.json', to: 'auth/token.json' },
        { id: 'home', title: 'Home', path: '~/.tally', to: 'home' },
        { id: 'far', title: 'Far', path: elsewhere, to: 'far' },
      ],
    }),
  });
  const places = () =>
    [workspace.folder, workspace.home, elsewhere].map(one => readTree(one, { except: ['data'], directoryTimes: true }));
  return {
    ...workspace,
    elsewhere,
    far: `outside-workspace/disk${elsewhere.split(path.sep).join('/')}/far.csv`,
    places,
  };
}

const posix = { skip: process.platform === 'win32' };

describe('legacy state, before any migration', posix, () => {
  test('is captured where it is, compared with these places, and put into a directory of its own', t => {
    const { run, done, folder, root, far, places, elsewhere } = scattered(t);
    const missing = run('snapshot', 'create', '--legacy', '--json');
    assert.equal(missing.status, 7);
    assert.match(missing.error().hint ?? '', /holdfast root init/);
    done('root', 'init');
    writeFileSync(path.join(root, 'in the root'), 'r');
    const before = places();
    const created = run('snapshot', 'create', '--legacy', '--title', 'Where it was', '--json');
    const { snapshot } = created.json(SnapshotResult);
    assert.deepEqual([created.status, snapshot.files, snapshot.skipped], [0, 5, []]);
    assert.deepEqual(snapshot.scope, { paths: [], areas: [], legacy: { secrets: ['old/token.json'] } });
    const { files } = done('snapshot', 'files', 'latest', '--json').json(FileList);
    assert.deepEqual(
      files.filter(({ type }) => type !== 'dir').map(one => [one.path, one.secret ?? false]),
      [
        ['old/b/inner', false],
        ['old/b.txt', false],
        ['old/to', false],
        ['old/token.json', true],
        [far, false],
        ['outside-workspace/home/.tally/state.json', false],
      ],
    );
    assert.match(done('snapshot', 'show', 'latest').stdout, /Covers +the legacy state, outside the root/);

    const to = path.join(folder, 'look');
    for (const options of [[], ['--to', root]]) {
      const refused = run('snapshot', 'restore', 'latest', '--json', ...options);
      assert.equal(refused.status, 4);
      assert.match(refused.error().hint ?? '', /--to DIR/);
    }
    assert.equal(done('snapshot', 'restore', 'latest', '--to', to, '--json').json(RestoreResult).failed.length, 0);
    assert.deepEqual(readTree(path.join(to, 'old')), readTree(path.join(folder, 'old')));
    assert.equal(readFileSync(path.join(to, far), 'utf8'), 'f');
    rmSync(to, { recursive: true });
    assert.deepEqual(places(), before, 'nothing was written to the legacy places');

    appendFileSync(path.join(folder, 'old/token.json'), '2');
    writeFileSync(path.join(elsewhere, 'new'), 'n');
    rmSync(path.join(folder, 'old/b.txt'));
    const diff = done('snapshot', 'diff', 'latest', '--json').json(Diff);
    assert.deepEqual(
      [diff.added, diff.removed, diff.modified.map(({ after }) => after)].map(list => list.map(one => one.path)),
      [[far.replace('far.csv', 'new')], ['old/b.txt'], ['old/token.json']],
    );
    assert.ok(diff.modified[0]?.before.secret && diff.modified[0].after.secret);
    assert.equal(run('snapshot', 'create', 'old', '--legacy').status, 2);
  });

  test('is backed up, without what is secret where it is going', t => {
    const { run, done, folder, root, far, places } = scattered(t);
    done('root', 'init');
    const before = places();
    const to = path.join(path.dirname(folder), 'backups');
    const backup = (...options: string[]) =>
      run('backup', 'create', '--legacy', '--to', to, '--json', ...options).json(BackupResult).backup;
    const plain = backup();
    assert.deepEqual([plain.files, plain.scope.legacy], [4, true]);
    assert.match(plain.omitted.find(one => /secret area/.test(one.reason))?.path ?? '', /^old\/token\.json$/);
    assert.equal(backup('--include-secrets').files, 5);
    const unpacked = path.join(folder, 'look');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', plain.file, '-C', unpacked]);
    const found = readTree(unpacked, { except: ['.holdfast-backup'] });
    assert.ok(found[far] && found['outside-workspace/home/.tally/state.json'] && !found['old/token.json']);
    done('backup', 'verify', plain.id);
    const refused = run('backup', 'restore', plain.id, '--json');
    assert.equal(refused.status, 4);
    assert.match(refused.error().hint ?? '', /--to DIR/);
    rmSync(unpacked, { recursive: true });
    done('backup', 'restore', plain.id, '--to', unpacked);
    assert.equal(readFileSync(path.join(unpacked, 'old/b/inner'), 'utf8'), 'x');
    rmSync(unpacked, { recursive: true });
    assert.deepEqual(places(), before);
    assert.deepEqual(readTree(root, { except: ['.holdfast'] }), {});
    assert.equal(run('backup', 'create', '--legacy', '--area', 'all').status, 2);
  });
});
