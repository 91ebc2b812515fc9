import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../fixtures/tree.ts';
import { program } from './run.ts';

/** A copy of the program that nobody has run yet. */
function installed() {
  const place = temporaryDirectory();
  for (const name of ['holdfast.cjs', 'cli.cjs'])
    cpSync(path.join(path.dirname(program), name), `${place.path}/${name}`);
  return place;
}

function version(place: { path: string }, options: { uid?: number; env?: NodeJS.ProcessEnv } = {}): string {
  const run = spawnSync(process.execPath, [`${place.path}/holdfast.cjs`, '--version'], {
    encoding: 'utf8',
    ...options,
  });
  assert.deepEqual([run.status, run.stderr], [0, '']);
  return run.stdout.trim();
}

test('what was compiled is kept beside the program, for its owner', () => {
  using place = installed();
  assert.match(version(place), /^\d+\.\d+\.\d+$/);
  const [ofThisNode] = readdirSync(`${place.path}/compiled`);
  assert.equal(readdirSync(`${place.path}/compiled/${ofThisNode}`).length > 0, true);
  assert.match(version(place), /^\d+\.\d+\.\d+$/);
});

test('nothing is kept in somebody else’s directory, or where that is turned off', {
  skip: process.getuid?.() !== 0 && 'needs two users',
}, () => {
  using place = installed();
  chmodSync(place.path, 0o777);
  assert.match(version(place, { uid: 65534 }), /^\d+\.\d+\.\d+$/);
  assert.match(version(place, { env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' } }), /^\d+\.\d+\.\d+$/);
  assert.equal(existsSync(`${place.path}/compiled`), false);
});
