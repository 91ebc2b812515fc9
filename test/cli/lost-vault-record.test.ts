import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FileHistory } from '../../src/protocol/files.ts';
import { RootCreated } from '../../src/protocol/root.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { RepairVault } from '../../src/protocol/vault.ts';
import { readTree } from '../fixtures/tree.ts';
import { newWorkspace, rootedWorkspace } from './workspace.ts';

test('a vault that lost its record is not begun anew: who writes is told, and repair brings the root id back', t => {
  const { done, run, root, write } = rootedWorkspace(t);
  const { id, rootId } = done('snapshot', 'create', '--json').json(SnapshotResult).snapshot;
  write({ 'data/workspace/settings.json': '{"theme":"light"}\n' });
  const deleted = done('snapshot', 'create', '--json').json(SnapshotResult).snapshot.id;
  done('snapshot', 'delete', deleted);
  rmSync(path.join(root, '.holdfast', 'vault.json'));
  const before = readTree(root);
  for (const command of [
    'snapshot create',
    `snapshot pin ${id}`,
    `snapshot undelete ${deleted}`,
    `snapshot delete ${id}`,
    'session create --title x',
    'backup create',
    'vault prune',
    'vault prune --dry-run',
    'root init',
    'status',
  ]) {
    const result = run(...command.split(' '), '--json');
    assert.deepEqual([result.status, result.error().code], [5, 'CORRUPT'], command);
    assert.match(result.error().hint ?? '', /holdfast vault repair/, command);
  }
  const doctor = run('doctor');
  assert.equal(doctor.status, 5);
  assert.match(doctor.stdout, /The record of the vault is gone.*holdfast vault repair/s);
  assert.deepEqual(readTree(root), before);
  assert.deepEqual(done('vault', 'repair', '--json').json(RepairVault).repaired, [
    { object: 'vault.json', from: 'vault' },
  ]);
  assert.equal(done('snapshot', 'create', '--json').json(SnapshotResult).snapshot.rootId, rootId);
  assert.equal(done('file', 'history', 'settings.json', '--json').json(FileHistory).versions.length, 2);
});

test('without any snapshot the id comes from the audit trail', t => {
  const { done, root } = newWorkspace(t);
  const { rootId } = done('root', 'init', '--json').json(RootCreated);
  rmSync(path.join(root, '.holdfast', 'vault.json'));
  done('vault', 'repair');
  assert.equal(done('root', 'init', '--json').json(RootCreated).rootId, rootId);
});
