import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { readTree } from '../fixtures/tree.ts';
import { rootedWorkspace } from './workspace.ts';

/** The record as a later Holdfast would write it: whole, and of a version that is not known here. */
function makeNewer(file: string): void {
  const text = readFileSync(file, 'utf8').replace('"schemaVersion":1', '"schemaVersion":9');
  const head = text.slice(0, text.lastIndexOf(',"digest"'));
  writeFileSync(file, `${head},"digest":"${hash('sha256', head)}"}\n`);
}

test('a vault of a newer version is refused by every command and left alone', t => {
  const { done, run, root } = rootedWorkspace(t);
  const { id } = done('snapshot', 'create', '--json').json(SnapshotResult).snapshot;
  const deleted = done('snapshot', 'create', '--json').json(SnapshotResult).snapshot.id;
  done('snapshot', 'delete', deleted);
  makeNewer(path.join(root, '.holdfast', 'vault.json'));
  const before = readTree(root);
  for (const command of [
    'vault repair',
    'vault prune',
    'vault verify',
    'vault stats',
    `snapshot pin ${id}`,
    `snapshot edit ${id} --title x`,
    `snapshot undelete ${deleted}`,
    `snapshot delete ${id}`,
    `snapshot restore ${id} --dry-run`,
    'snapshot list',
    'snapshot create',
    'session list',
    'backup create',
    'migrate plan',
    'status',
    'log',
    'root init',
  ]) {
    const { code, message } = run(...command.split(' '), '--json').error();
    assert.equal(code, 'NEWER_VERSION', `${command}: ${message}`);
  }
  assert.match(run('doctor').stdout, /A newer Holdfast wrote this vault/);
  assert.deepEqual(readTree(root), before);
});

test('neither repair nor prune takes a record of a newer version away, though a backup has an older one', t => {
  const { done, run, root } = rootedWorkspace(t);
  const { id } = done('snapshot', 'create', '--json').json(SnapshotResult).snapshot;
  done('backup', 'create', '--with-vault');
  for (const record of [`snapshots/${id}.json`, 'audit/000000000002.json']) {
    const file = path.join(root, '.holdfast', record);
    const old = readFileSync(file);
    makeNewer(file);
    const newer = readFileSync(file);
    for (const command of record.startsWith('audit') ? ['repair', 'verify'] : ['repair', 'verify', 'prune'])
      assert.equal(run('vault', command, '--json').error().code, 'NEWER_VERSION', `${command} of ${record}`);
    assert.deepEqual(readFileSync(file), newer);
    writeFileSync(file, old);
  }
});
