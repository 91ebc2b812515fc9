import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { test } from 'node:test';
import { nodePorts } from './node-ports.ts';

test('names the user and tells this machine', () => {
  const ports = nodePorts();
  assert.notEqual(ports.user, '');
  assert.equal(ports.home, os.homedir());
  assert.equal(ports.host.bootId, nodePorts().host.bootId);
  if (ports.platform === 'linux') assert.match(ports.host.bootId, /^[0-9a-f-]{36}$/);
});

test('a running process has a start that stays the same; one that ended has none', async () => {
  const { host } = nodePorts();
  const own = host.processStart(process.pid);
  assert.ok(own);
  assert.equal(host.processStart(process.pid), own);

  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  assert.ok(host.processStart(child.pid!));
  child.stdin.end();
  await once(child, 'exit');
  assert.equal(host.processStart(child.pid!), undefined);
});

test('a zombie counts as ended', { skip: process.platform !== 'linux' }, async () => {
  // The shell starts a child that ends, then becomes a program that never asks for it.
  const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const { host } = nodePorts();
  const deadline = performance.now() + 5_000;
  while (host.processStart(Number(line)) !== undefined && performance.now() < deadline) await new Promise(setImmediate);
  assert.equal(host.processStart(Number(line)), undefined);
  parent.stdin.end();
  await once(parent, 'exit');
});

test('flushes the file system that holds a path, and says when it cannot', {
  skip: process.platform !== 'linux',
}, () => {
  const ports = nodePorts();
  assert.equal(ports.syncFileSystem('/no/such/path'), false);
  assert.equal(ports.syncFileSystem(os.tmpdir()), true);
});
