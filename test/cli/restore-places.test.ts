import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { SnapshotList } from '../../src/protocol/snapshots.ts';
import { readTree } from '../fixtures/tree.ts';
import { rootedWorkspace } from './workspace.ts';

/** Wherever a restore is sent, vaults stay as they are: with them everything else could be brought back. */
describe('a restore leaves vaults alone', () => {
  for (const to of ['data', '.', '..']) {
    test(`a directory around the root (${to}) does not become the snapshot`, t => {
      const { done, run, folder } = rootedWorkspace(t);
      done('snapshot', 'create', '--title', 'one');
      const before = readTree(path.dirname(folder));
      for (const dry of [[], ['--dry-run']]) {
        const refused = run('snapshot', 'restore', 'one', '--to', to, '--delete-extra', '--json', ...dry);
        assert.deepEqual([refused.status, refused.error().code], [4, 'CONFLICT']);
        assert.match(refused.error().message, /root lies in this directory/);
      }
      assert.deepEqual(readTree(path.dirname(folder)), before);
    });
  }

  test('nor does it by another name, while a plain restore into it goes on', t => {
    const { done, run, folder, root } = rootedWorkspace(t);
    done('snapshot', 'create', '--title', 'one');
    symlinkSync(path.join(folder, 'data'), path.join(folder, 'around'));
    assert.equal(run('snapshot', 'restore', 'one', '--to', 'around', '--delete-extra', '--yes').status, 4);
    done('snapshot', 'restore', 'one', '--to', 'around', '--yes');
    assert.deepEqual(readTree(path.join(folder, 'data/uploads')), readTree(path.join(root, 'uploads')));
  });

  test('of other roots below the destination, which are not extra', t => {
    const { done, folder, write } = rootedWorkspace(t);
    done('snapshot', 'create', '--title', 'one');
    write({ 'other/state/a.txt': 'a', 'other/extra.txt': 'x' });
    const at = ['--root', 'other/state'];
    done('snapshot', 'create', ...at);
    const vault = path.join(folder, 'other/state/.holdfast');
    const before = readTree(vault);
    const args = ['snapshot', 'restore', 'one', '--to', 'other', '--delete-extra', '--json'];
    const planned = done(...args, '--dry-run').json(RestoreResult);
    const { deleted } = done(...args).json(RestoreResult);
    assert.deepEqual(deleted, planned.deleted);
    assert.deepEqual([...deleted].sort(), ['extra.txt', 'state/a.txt']);
    assert.deepEqual(readTree(vault), before);
    assert.equal(done('snapshot', 'list', '--json', ...at).json(SnapshotList).total, 1);
  });

  test('what a snapshot holds of one is not written over it', t => {
    const { done, run, write, root } = rootedWorkspace(t);
    const record = 'data/workspace/inner/.holdfast/vault.json';
    write({ [record]: '1' });
    done('snapshot', 'create', '--title', 'one');
    done('snapshot', 'restore', 'one');
    write({ [record]: 'two' });
    const before = readTree(path.join(root, 'inner'));
    const result = run('snapshot', 'restore', 'one', '--json');
    assert.equal(result.status, 3);
    assert.deepEqual(
      result.json(RestoreResult).failed.map(one => one.path),
      ['inner/.holdfast/vault.json'],
    );
    assert.deepEqual(readTree(path.join(root, 'inner')), before);
  });

  test('no link leads into one', t => {
    const { done, run, folder, root } = rootedWorkspace(t);
    done('snapshot', 'create', '--title', 'one');
    mkdirSync(path.join(folder, 'links'));
    symlinkSync(path.join(root, '.holdfast'), path.join(folder, 'links/vault'));
    const before = readTree(root);
    for (const to of ['links/vault', 'links/vault/x', 'links/vault/x/y', 'data/workspace/.holdfast/x']) {
      const refused = run('snapshot', 'restore', 'one', '--to', to, '--json');
      assert.deepEqual([refused.status, refused.error().code], [4, 'CONFLICT'], to);
    }
    assert.deepEqual(readTree(root), before);
  });
});
