import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { temporaryDirectory } from '../test/fixtures/tree.ts';
import { runJob } from './engine/threads/run-job.ts';
import { nodeThreads } from './node-threads.ts';

const write = (path: string, pack: string) => ({
  pack,
  offset: 16,
  flush: false,
  held: { descriptors: '', directories: [] },
  places: [path],
  at: [4],
  sizes: [1],
  digests: '0'.repeat(64),
  modes: [0o600],
  times: [0],
});

test('jobs on other threads answer as they do on this one, each asker its own', async () => {
  using place = temporaryDirectory();
  const threads = nodeThreads()!;
  const question = write(`${place.path}/new`, `${place.path}/no-pack`);
  const asked = Array.from({ length: 20 }, () => runJob({ fs, threads }, 'writeFiles', question));
  assert.deepEqual(await runJob({ fs }, 'writeFiles', question), [0]);
  for (const answer of await Promise.all(asked)) assert.deepEqual(answer, [0]);
});

test('what a job throws arrives with its code and path', async () => {
  const threads = nodeThreads()!;
  const memory = new SharedArrayBuffer(1);
  const nowhere = { pack: '/nowhere/pack', offset: 16, length: 1, at: 4, memory };
  const here = await runJob({ fs }, 'readObject', nowhere).catch(error => error);
  const there = await runJob({ fs, threads }, 'readObject', nowhere).catch(error => error);
  assert.deepEqual([there.code, there.path, there.message], [here.code, here.path, here.message]);
  assert.equal(there.code, 'ENOENT');
});

test('a thread that nobody asks for anything keeps no process alive', () => {
  const threads = JSON.stringify(import.meta.resolve('./node-threads.ts'));
  const code = `const { nodeThreads } = await import(${threads}); nodeThreads().getReady();`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8', timeout: 8000 });
  assert.deepEqual([run.status, run.stderr], [0, '']);
});
