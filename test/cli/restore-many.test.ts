import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { RestoreResult } from '../../src/protocol/common.ts';
import { readTree } from '../fixtures/tree.ts';
import { program, until } from './run.ts';
import { rootedWorkspace, type Workspace } from './workspace.ts';

/** So many files that other threads take part, and so many bytes that it takes a moment. */
function addManyFiles({ root }: Workspace): void {
  for (let group = 0; group < 22; group++) {
    const folder = path.join(root, `uploads/group-${group}`);
    mkdirSync(folder);
    for (let at = 0; at < 100; at++) writeFileSync(path.join(folder, `${at}.txt`), `${group} ${at}\n`.repeat(3000));
  }
}

describe('thousands of files', () => {
  const workspace = rootedWorkspace({ after });
  before(() => {
    addManyFiles(workspace);
    workspace.done('snapshot', 'create');
  });

  test('come back as they were', () => {
    const to = path.join(workspace.folder, 'copy');
    const args = ['snapshot', 'restore', 'latest', '--to', to, '--yes', '--json'];
    assert.equal(workspace.done(...args).json(RestoreResult).restored, 2203);
    assert.deepEqual(readTree(to), readTree(workspace.root, { except: ['.holdfast'] }));
  });

  test('come back by a program that was taken from its place alone, without its other threads', () => {
    const alone = path.join(workspace.folder, 'alone.cjs');
    copyFileSync(path.join(path.dirname(program), 'cli.cjs'), alone);
    const to = path.join(workspace.folder, 'by-one');
    const places = ['--workspace', workspace.folder, '--root', workspace.root];
    execFileSync(process.execPath, [alone, ...places, '--quiet', 'snapshot', 'restore', 'latest', '--to', to, '--yes']);
    assert.deepEqual(readTree(to), readTree(workspace.root, { except: ['.holdfast'] }));
  });

  test('leave nothing when a signal cancels', { skip: process.platform === 'win32' }, async () => {
    const to = path.join(workspace.folder, 'cancelled');
    const names = readdirSync(workspace.folder);
    const { child, end } = workspace.start('snapshot', 'restore', 'latest', '--to', to, '--yes', '--json');
    await until(() => existsSync(path.join(to, '.holdfast-restore/staged')), 'the restore to begin');
    child.kill('SIGINT');
    const result = await end;
    assert.equal(result.status, 130);
    assert.equal(result.error().code, 'CANCELLED');
    assert.deepEqual(readdirSync(workspace.folder), names);
  });
});
