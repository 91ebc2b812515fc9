import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type Ending, rootedWorkspace } from './workspace.ts';

function withVault(t: Ending) {
  const workspace = rootedWorkspace(t);
  workspace.done('snapshot', 'create', '--title', 'first');
  workspace.done('snapshot', 'edit', 'latest', '--tag', 'kept');
  return { ...workspace, vault: path.join(workspace.root, '.holdfast') };
}

describe('what is no file in the place of any file of the vault is damage', {
  skip: process.platform === 'win32',
}, () => {
  // Who opens a pipe waits for who opens its other end, and hears no signal; a device may have no end.
  const kinds: [string, (file: string) => void][] = [
    ['named pipes', file => execFileSync('mkfifo', [file])],
    ['links to a device', file => symlinkSync('/dev/zero', file)],
    ['links to themselves', file => symlinkSync(path.basename(file), file)],
    ['directories', file => mkdirSync(file)],
  ];
  for (const [what, make] of kinds) {
    test(what, t => {
      const { vault, run } = withVault(t);
      const replace = (file: string) => {
        rmSync(file);
        make(file);
      };
      for (const entry of readdirSync(vault, { recursive: true, withFileTypes: true })) {
        // Without it nobody would look at anything else.
        if (entry.isFile() && entry.name !== 'vault.json') replace(path.join(entry.parentPath, entry.name));
      }
      assert.equal(run('vault', 'verify', '--read-data').status, 5);
      assert.equal(run('snapshot', 'list').status, 5);
      assert.equal(run('log').status, 5);
      // It needs the packs: what counts is that it ends.
      run('status');
      replace(path.join(vault, 'vault.json'));
      assert.equal(run('status').status, 5);
      assert.equal(run('vault', 'repair').status, 5);
    });
  }
});

test('a link in the place of a cache: what it leads to is never written to', {
  skip: process.platform === 'win32',
}, t => {
  const { vault, folder, done, write } = withVault(t);
  const index = path.join('index', readdirSync(path.join(vault, 'index'))[0]!);
  const caches = ['cache/newest', 'cache/scan', 'cache/packs', 'cache/sessions', index];
  const precious = (name: string) => path.join(folder, path.basename(name));
  for (const name of caches) {
    writeFileSync(precious(name), 'precious');
    rmSync(path.join(vault, name), { force: true });
    symlinkSync(precious(name), path.join(vault, name));
  }
  write({ 'data/workspace/more.txt': 'more' });
  done('snapshot', 'create');
  done('session', 'list');
  done('vault', 'verify');
  for (const name of caches) assert.equal(readFileSync(precious(name), 'utf8'), 'precious', name);
  assert.ok(existsSync(path.join(vault, 'cache/newest')));
});
