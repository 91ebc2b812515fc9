import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { rootedWorkspace } from './workspace.ts';

/** A pipe is opened only when somebody opens its other end, and a process that waits for that hears no signal. */
test('a named pipe in the place of any file of the vault is damage: no command waits for who writes to it', {
  skip: process.platform === 'win32',
}, t => {
  const workspace = rootedWorkspace(t);
  workspace.done('snapshot', 'create', '--title', 'first');
  workspace.done('snapshot', 'edit', 'latest', '--tag', 'kept');
  const vault = path.join(workspace.root, '.holdfast');
  for (const entry of readdirSync(vault, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    // Without it nobody would look at anything else.
    if (!entry.isFile() || entry.name === 'vault.json') continue;
    rmSync(file);
    execFileSync('mkfifo', [file]);
  }
  assert.equal(workspace.run('vault', 'verify', '--read-data').status, 5);
  assert.equal(workspace.run('snapshot', 'list').status, 5);
  assert.equal(workspace.run('log').status, 5);
  workspace.done('status');
  rmSync(path.join(vault, 'vault.json'));
  execFileSync('mkfifo', [path.join(vault, 'vault.json')]);
  assert.equal(workspace.run('status').status, 5);
  assert.equal(workspace.run('vault', 'repair').status, 5);
});
