import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { nameFromBytes, systemPath } from '../../src/engine/names.ts';
import { BackupResult } from '../../src/protocol/backups.ts';
import { RestoreResult } from '../../src/protocol/common.ts';
import { Diff, FileList } from '../../src/protocol/snapshots.ts';
import { link, makeTree, readTree } from '../fixtures/tree.ts';
import { newWorkspace } from './workspace.ts';

suite('one file under several names', { skip: process.platform === 'win32' }, () => {
  const workspace = newWorkspace({ after });
  const odd = nameFromBytes(Buffer.from([0x6e, 0xff]));
  const inRoot = (name: string) => systemPath(path.join(workspace.root, name));
  const elsewhere = (name: string) => path.join(workspace.folder, name);
  const tree = (directory = workspace.root) => readTree(directory, { except: ['.holdfast', '.holdfast-backup'] });
  const restore = (...args: string[]) =>
    workspace.done('snapshot', 'restore', ...args, '--yes', '--json').json(RestoreResult);
  let original: ReturnType<typeof tree>;

  before(() => {
    const [long, deep] = ['x'.repeat(120), 'y'.repeat(90)];
    makeTree(workspace.root, {
      dir: { first: 'one', [odd]: 'two', to: link('first') },
      [long]: { [deep]: 'three' },
      alone: 'one',
    });
    fs.linkSync(inRoot('dir/first'), inRoot('dir/second'));
    fs.linkSync(inRoot('dir/first'), inRoot('zz'));
    fs.linkSync(inRoot(`dir/${odd}`), inRoot('two'));
    fs.linkSync(inRoot(`${long}/${deep}`), inRoot(`${long}/z`));
    fs.writeFileSync(elsewhere('outside'), 'out');
    fs.linkSync(elsewhere('outside'), inRoot('half outside'));
    original = tree();
    workspace.done('root', 'init');
    workspace.done('snapshot', 'create', '--title', 'linked');
  });

  test('are listed as one, and restored as one', () => {
    const { files } = workspace.done('snapshot', 'files', 'latest', '--json').json(FileList);
    const said = Object.fromEntries(files.flatMap(({ path: at, sameAs }) => (sameAs ? [[at, sameAs]] : [])));
    assert.equal(said['dir/second'], 'dir/first');
    assert.equal(said.zz, 'dir/first');
    assert.equal('half outside' in said, false);
    assert.match(workspace.done('snapshot', 'files', 'latest').stdout, /zz = dir\/first/);
    restore('latest', '--to', elsewhere('copy'));
    assert.deepEqual(tree(elsewhere('copy')), original);
    assert.equal(restore('latest', '--to', elsewhere('copy')).restored, 0);
    assert.equal(fs.statSync(path.join(elsewhere('copy'), 'half outside')).nlink, 1);
  });

  test('in place: what was torn apart is one file again, what was put together two, and that can be undone', () => {
    fs.rmSync(inRoot('zz'));
    fs.cpSync(inRoot('dir/first'), inRoot('zz'), { preserveTimestamps: true });
    fs.rmSync(inRoot('two'));
    fs.linkSync(inRoot('alone'), inRoot('two'));
    const torn = tree();
    const { modified } = workspace.done('snapshot', 'diff', 'linked', '--json').json(Diff);
    assert.deepEqual(
      modified.map(one => one.path),
      ['two', 'zz'],
    );
    assert.match(workspace.done('snapshot', 'diff', 'linked').stdout, /M zz +a file of its own/);
    const { safetySnapshot } = restore('linked');
    assert.deepEqual(tree(), original);
    assert.equal(restore('linked').restored, 0);
    restore(safetySnapshot!);
    assert.deepEqual(tree(), torn);
    restore('linked');
  });

  test('in a backup, for plain tar too', () => {
    const { backup } = workspace.done('backup', 'create', '--to', 'backups', '--json').json(BackupResult);
    workspace.done('backup', 'verify', backup.file);
    workspace.done('backup', 'restore', backup.file, '--to', elsewhere('from backup'));
    assert.deepEqual(tree(elsewhere('from backup')), original);
    fs.mkdirSync(elsewhere('untarred'));
    assert.equal(spawnSync('tar', ['-xzf', backup.file, '-C', elsewhere('untarred')]).status, 0);
    const { ino, nlink } = fs.statSync(path.join(elsewhere('untarred'), 'zz'));
    assert.deepEqual([nlink, ino], [3, fs.statSync(path.join(elsewhere('untarred'), 'dir/first')).ino]);
    workspace.done('backup', 'restore', backup.file, 'zz', 'dir/second', '--to', elsewhere('a part'));
    const part = tree(elsewhere('a part'));
    assert.deepEqual(Object.keys(part), ['dir', 'dir/second', 'zz']);
    assert.equal(part.zz?.type === 'file' && part.zz.sameAs, 'dir/second');
    const plain = elsewhere('plain.tar');
    assert.equal(spawnSync('tar', ['--format=pax', '-cf', plain, '-C', elsewhere('a part'), '.']).status, 0);
    workspace.done('backup', 'restore', plain, '--to', elsewhere('from tar'));
    assert.deepEqual(tree(elsewhere('from tar')), part);
  });

  test('in a bundle', () => {
    workspace.done('snapshot', 'export', 'linked', 'linked.bundle');
    const other = newWorkspace({ after });
    other.done('root', 'init');
    other.done('snapshot', 'import', elsewhere('linked.bundle'));
    other.done('snapshot', 'restore', 'linked');
    assert.deepEqual(tree(other.root), original);
  });
});
