import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { newWorkspace } from './workspace.ts';

const length = 24 * 1024 * 1024;
const parts: [position: number, text: string][] = [
  [0, 'the beginning'],
  [9_000_001, 'the middle'],
  [20_000_000, 'the last, before a hole'],
];

/** Of the file system's blocks, in bytes. */
const roomOf = (file: string) => fs.statSync(file).blocks * 512;

suite('a file with holes', { skip: process.platform === 'win32' }, () => {
  const workspace = newWorkspace({ after });
  const at = (...names: string[]) => path.join(workspace.folder, ...names);
  const original = path.join(workspace.root, 'sparse.img');
  const isAsItWas = (directory: string) => {
    const copy = path.join(directory, 'sparse.img');
    assert.ok(fs.readFileSync(copy).equals(fs.readFileSync(original)));
    assert.ok(roomOf(copy) < 256 * 1024, `it takes ${roomOf(copy)} bytes`);
    // What fits into one object comes back another way.
    assert.ok(roomOf(path.join(directory, 'small.img')) < 256 * 1024);
    assert.equal(fs.statSync(path.join(directory, 'small.img')).size, 900_000);
    const whole = path.join(directory, 'zeros');
    assert.ok(roomOf(whole) >= 1024 * 1024, 'zeros that took room take it again');
  };

  before(() => {
    workspace.write({ 'data/workspace/zeros': Buffer.alloc(1024 * 1024) });
    const file = fs.openSync(original, 'w');
    for (const [position, text] of parts) fs.writeSync(file, text, position);
    fs.ftruncateSync(file, length);
    fs.closeSync(file);
    assert.ok(
      roomOf(original) < 256 * 1024,
      'This test needs a temporary directory on a file system that knows holes.',
    );
    fs.writeFileSync(path.join(workspace.root, 'small.img'), 'small');
    fs.truncateSync(path.join(workspace.root, 'small.img'), 900_000);
    workspace.done('root', 'init');
    workspace.done('snapshot', 'create', '--title', 'sparse');
  });

  test('comes back with holes from a snapshot, elsewhere and in place', () => {
    workspace.done('snapshot', 'restore', 'sparse', '--to', 'copy');
    isAsItWas(at('copy'));
    fs.writeFileSync(at('copy', 'sparse.img'), 'other');
    workspace.done('snapshot', 'restore', 'sparse', '--to', 'copy', '--yes');
    isAsItWas(at('copy'));
  });

  test('and from a backup', () => {
    const { backup } = workspace.done('backup', 'create', '--to', 'backups', '--json').json(BackupResult);
    workspace.done('backup', 'verify', backup.file);
    workspace.done('backup', 'restore', backup.file, '--to', 'from backup');
    isAsItWas(at('from backup'));
  });

  test('and from a bundle, after which nothing has changed', () => {
    workspace.done('snapshot', 'export', 'sparse', 'sparse.bundle');
    const other = newWorkspace({ after });
    other.done('root', 'init');
    other.done('snapshot', 'import', at('sparse.bundle'));
    other.done('snapshot', 'restore', 'sparse');
    isAsItWas(other.root);
    assert.match(other.done('snapshot', 'restore', 'sparse').stdout, /: 0 files restored, 3 unchanged/);
  });
});
