import assert from 'node:assert/strict';
import { lstatSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Diff, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { until } from './run.ts';
import { rootedWorkspace } from './workspace.ts';

const names = ['replaced', 'same inode', 'written'];

test('other bytes of the same length and time are captured, however they came there', async t => {
  const { root, write, done } = rootedWorkspace(t);
  const at = (name: string) => path.join(root, name);
  const time = new Date('2024-05-06T07:08:09.123Z');
  for (const name of names) write({ [`data/workspace/${name}`]: 'first' });
  for (const name of names) utimesSync(at(name), time, time);
  // What changed just before a snapshot is read again by the next one anyway.
  await until(() => names.every(name => Date.now() - lstatSync(at(name)).ctimeMs > 500), 'files that are old enough');
  const { snapshot } = done('snapshot', 'create', '--json').json(SnapshotResult);

  writeFileSync(at('written'), 'other');
  writeFileSync(at('new'), 'other');
  renameSync(at('new'), at('replaced'));
  const { ino } = lstatSync(at('same inode'));
  // Many file systems give the number of a file that is gone to the next one.
  for (let attempt = 0; attempt < 50; attempt++) {
    rmSync(at('same inode'));
    writeFileSync(at('same inode'), 'other');
    if (lstatSync(at('same inode')).ino === ino) break;
  }
  for (const name of names) utimesSync(at(name), time, time);
  done('snapshot', 'create');
  const { modified } = done('snapshot', 'diff', snapshot.id, 'latest', '--json').json(Diff);
  assert.deepEqual(modified.map(one => one.after.path).sort(), names);
});
