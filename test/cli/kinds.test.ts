import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { systemPath } from '../../src/engine/names.ts';
import { BackupResult } from '../../src/protocol/backups.ts';
import { RestoreResult } from '../../src/protocol/common.ts';
import { Diff } from '../../src/protocol/snapshots.ts';
import { VerifyVault } from '../../src/protocol/vault.ts';
import { directory, file, makeTree, readTree } from '../fixtures/tree.ts';
import { makeOddTree } from '../format/odd-tree.ts';
import { newWorkspace } from './workspace.ts';

// Elsewhere names fold, and this tree cannot be made.
suite('every kind of file', { skip: process.platform !== 'linux' }, () => {
  const workspace = newWorkspace({
    after: clean =>
      after(() => {
        for (const root of roots) fs.chmodSync(path.join(root, 'read-only directory'), 0o700);
        clean();
      }),
  });
  const roots: string[] = [workspace.root];
  const at = (name: string) => path.join(workspace.folder, name);
  const treeOf = (root: string) =>
    readTree(root, { except: ['.holdfast', '.holdfast-backup'], directoryTimes: true, linkTimes: true });
  let original: ReturnType<typeof treeOf>;
  let times: Record<string, bigint>;

  const timesOf = (root: string) =>
    Object.fromEntries(
      Object.keys(original).map(name => [name, fs.lstatSync(systemPath(`${root}/${name}`), { bigint: true }).mtimeNs]),
    );

  const isAsItWas = (root: string) => {
    roots.push(root);
    assert.deepEqual(treeOf(root), original);
    for (const [name, time] of Object.entries(timesOf(root))) {
      const off = time - times[name]!;
      assert.ok(-1000n <= off && off <= 1000n, `${name}: off by ${off} ns`);
    }
  };

  before(() => {
    makeOddTree(workspace.root);
    makeTree(
      workspace.root,
      {
        'Same.txt': 'one',
        'same.txt': 'two',
        SAME: { é: 'three', 'e\u0301': 'four' },
        Same: { é: file('five', { mode: 0o400 }) },
        'read-only directory': directory({ inner: directory({ x: 'x' }, { mode: 0o500 }) }, { mode: 0o555 }),
      },
      { mtime: '2024-05-06T07:08:09.123Z' },
    );
    workspace.done('root', 'init');
    fs.utimesSync(workspace.root, 1e9, 1e9);
    original = treeOf(workspace.root);
    times = timesOf(workspace.root);
    workspace.done('snapshot', 'create', '--title', 'kinds');
  });

  test('a snapshot gives it back elsewhere, and then nothing is left to do', () => {
    workspace.done('snapshot', 'restore', 'kinds', '--to', 'copy');
    isAsItWas(at('copy'));
    for (const overwrite of ['always', 'if-changed', 'if-newer']) {
      const again = workspace.done('snapshot', 'restore', 'kinds', '--to', 'copy', '--overwrite', overwrite, '--json');
      assert.equal(again.json(RestoreResult).restored, 0, overwrite);
    }
  });

  test('and in place, where all of it was removed, or became something else', () => {
    for (const name of Object.keys(original).filter(one => !one.includes('/') && one !== 'plain.txt')) {
      fs.rmSync(systemPath(`${workspace.root}/${name}`), { recursive: true });
      if (original[name]!.type !== 'file') fs.writeFileSync(systemPath(`${workspace.root}/${name}`), 'a file');
    }
    workspace.done('snapshot', 'restore', 'kinds', '--yes');
    isAsItWas(workspace.root);
    const { added, removed, modified } = workspace.done('snapshot', 'diff', 'kinds', '--json').json(Diff);
    assert.deepEqual([added, removed, modified], [[], [], []]);
    assert.equal(workspace.done('vault', 'verify', '--read-data', '--json').json(VerifyVault).ok, true);
  });

  test('a backup too', () => {
    const { backup } = workspace.done('backup', 'create', '--to', 'backups', '--json').json(BackupResult);
    assert.deepEqual(backup.omitted, []);
    workspace.done('backup', 'verify', backup.file);
    workspace.done('backup', 'restore', backup.file, '--to', 'from backup');
    isAsItWas(at('from backup'));
  });

  test('and a bundle', () => {
    workspace.done('snapshot', 'export', 'kinds', 'kinds.bundle');
    workspace.done('--root', at('other root'), 'root', 'init');
    workspace.done('--root', at('other root'), 'snapshot', 'import', 'kinds.bundle');
    workspace.done('--root', at('other root'), 'snapshot', 'restore', 'kinds');
    isAsItWas(at('other root'));
  });
});
