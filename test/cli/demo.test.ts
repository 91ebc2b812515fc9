import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { applications } from '../../scripts/migration-job.ts';
import { profiles } from '../../src/profiles/registry.ts';
import { canary } from '../fixtures/digital-article.ts';
import { cleanEnvironment, program } from './run.ts';

function demo(...args: string[]) {
  return spawnSync(process.execPath, [path.join(import.meta.dirname, '../../scripts/demo.ts'), ...args], {
    cwd: tmpdir(),
    env: cleanEnvironment({ HOLDFAST_TEST_CLI: path.resolve(program) }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
}

test('there is a demo of each application that Holdfast knows', () => {
  const known = profiles.map(({ id }) => id).filter(id => id !== 'generic');
  assert.deepEqual(Object.keys(applications).sort(), known.sort());
});

test('the migration of an application is played to its end, without a secret', () => {
  const { status, stdout, stderr } = demo('doco');
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /\$ holdfast migrate plan\n/);
  assert.match(stdout, /Everything is as it was, byte for byte/);
  assert.ok(!stdout.includes(canary) && !stdout.includes(tmpdir()));
});

test('an unknown one lists those that are known', () => {
  for (const args of [[], ['constructor']]) {
    const { status, stderr } = demo(...args);
    assert.equal(status, 2);
    assert.match(stderr, /Known: digital-article, atlas, doco, uploads-json, webviz/);
  }
});
