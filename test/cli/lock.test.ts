import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { ApplyResult, MigrationList } from '../../src/protocol/migrations.ts';
import { until } from './run.ts';
import { newWorkspace } from './workspace.ts';

const Holder = z.strictObject({ pid: z.number(), host: z.string(), since: z.string() });

test('of two that apply at once one works, and the other is told who is at it (6)', {
  // One of them is made to stand still in the middle.
  skip: process.platform === 'win32',
}, async t => {
  const workspace = newWorkspace(t);
  const old = path.join(workspace.folder, 'old');
  mkdirSync(old);
  writeFileSync(path.join(old, 'a'), 'x');
  // Reading it takes long enough to be seen at work.
  writeFileSync(path.join(old, 'large'), '');
  truncateSync(path.join(old, 'large'), 64 * 2 ** 20);
  const apply = ['migrate', 'apply', '--from', old];
  const lock = path.join(workspace.root, '.holdfast/locks/migrate.json');
  const started = Date.now();
  const { child, end } = workspace.start(...apply, '--json');
  await until(() => existsSync(lock), 'the first to begin');
  child.kill('SIGSTOP');
  assert.ok(existsSync(lock), 'it still is at work');

  const other = workspace.run(...apply, '--json');
  assert.equal(other.status, 6);
  const { code, message, hint, details } = other.error();
  assert.equal(code, 'LOCKED');
  const holder = Holder.parse(details);
  assert.deepEqual([holder.pid, holder.host], [child.pid, hostname()]);
  const since = Date.parse(holder.since);
  assert.ok(since >= started && since <= Date.now(), holder.since);
  assert.match(
    message,
    new RegExp(`^Process ${child.pid} \\(user .+\\) has been at work here since ${holder.since}\\.$`),
  );
  assert.match(hint ?? '', /Wait for it/);
  const inText = workspace.run(...apply);
  assert.equal(inText.status, 6);
  assert.match(inText.stderr, new RegExp(`Process ${child.pid} \\(user `));
  assert.deepEqual(readdirSync(workspace.root), ['.holdfast'], 'it changed nothing');

  child.kill('SIGCONT');
  const first = await end;
  assert.equal(first.status, 0, first.stdout);
  const { status, copied } = first.json(ApplyResult);
  assert.deepEqual([status, copied], ['completed', 2]);
  assert.equal(workspace.done(...apply, '--json').json(ApplyResult).status, 'nothing-to-do');
  assert.equal(workspace.done('migrate', 'list', '--json').json(MigrationList).migrations.length, 1);
});
