import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { BackupResult } from '../../src/protocol/backups.ts';
import { MigrationPlan } from '../../src/protocol/migrations.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { measuredRuns } from './measured.ts';
import { rootedWorkspace } from './workspace.ts';

const pipes = Array.from({ length: 8 }, (_, number) => `pipe ${number}`);
const deep = Array.from({ length: 300 }, () => 'd');
/** The 64-bit systems that Linux runs on hold files of this length, in file systems that know holes. */
const terabyte = 2 ** 40;

test('pipes, a socket, a device, a file of 1 TiB of holes, links in a circle, 300 levels: all of it ends, and is listed', {
  skip: process.platform !== 'linux',
}, async t => {
  const workspace = rootedWorkspace(t);
  const { root, folder } = workspace;
  const run = measuredRuns(workspace);
  const at = (name: string) => path.join(root, name);
  execFileSync('mkfifo', pipes.map(at));
  const server = createServer().listen(at('socket'));
  t.after(() => server.close());
  const mayMakeDevices = process.getuid?.() === 0;
  if (mayMakeDevices) execFileSync('mknod', [at('device'), 'c', '1', '5']);
  writeFileSync(at('empty terabyte'), '');
  truncateSync(at('empty terabyte'), terabyte);
  symlinkSync('second', at('first'));
  symlinkSync('first', at('second'));
  symlinkSync('.', at('here'));
  // No path of the system may be so long at once where names are long; these are not.
  mkdirSync(at(deep.join('/')), { recursive: true });
  writeFileSync(at([...deep, 'bottom.txt'].join('/')), 'bottom');

  const left = [...(mayMakeDevices ? ['device'] : []), 'empty terabyte', ...pipes, 'socket'];
  const { snapshot } = run(['snapshot', 'create', '--json'], [3]).json(SnapshotResult);
  assert.deepEqual(snapshot.skipped.map(one => one.path).sort(), left);
  const reasons = Object.fromEntries(snapshot.skipped.map(one => [one.path, one.reason]));
  assert.match(reasons['empty terabyte']!, /1024 GiB of it are holes/);
  assert.match(reasons['pipe 7']!, /a named pipe/);
  run(['snapshot', 'restore', snapshot.id, '--to', 'restored'], [0]);
  const restored = (name: string) => path.join(folder, 'restored', name);
  assert.equal(readFileSync(restored([...deep, 'bottom.txt'].join('/')), 'utf8'), 'bottom');
  assert.deepEqual(
    ['first', 'second', 'here'].map(name => readlinkSync(restored(name))),
    ['second', 'first', '.'],
  );
  for (const name of left) assert.ok(!readdirSync(restored('')).includes(name));

  const { backup } = run(['backup', 'create', '--to', 'backups', '--json'], [3]).json(BackupResult);
  const omitted = backup.omitted.map(one => one.path);
  for (const name of left) assert.ok(omitted.includes(name), `${name} is listed`);
  const plan = ['migrate', 'plan', '--from', root, '--root', 'another', '--json'];
  const unmigrated = run(plan, [3])
    .json(MigrationPlan)
    .omitted.map(one => path.basename(one.path));
  for (const name of left) assert.ok(unmigrated.includes(name), `${name} is listed`);
});
