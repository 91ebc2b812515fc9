import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { FileList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { cleanEnvironment, node, program } from './run.ts';
import { rootedWorkspace } from './workspace.ts';

const unix = { skip: process.platform === 'win32' };

describe('names that mean harm', unix, () => {
  const hostile = [
    'line\nbreak',
    'esc\u001b[31mred',
    'bell\u0007',
    'return\rover',
    'c1\u009b2J',
    'rtl\u202egpj.exe',
    'tab\there',
  ];

  test('never reach a terminal raw, and are exact in JSON', t => {
    const { run, done, root } = rootedWorkspace(t);
    for (const name of hostile) writeFileSync(path.join(root, name), 'x');
    const title = 'Title\u001b]0;owned\u0007\nnext';
    assert.equal(
      done('snapshot', 'create', '--title', title, '--tag', 'tag\u001b[2J', '--json').json(SnapshotResult).snapshot
        .title,
      title,
    );
    for (const name of hostile) writeFileSync(path.join(root, name), 'changed');
    const commands = [
      ['snapshot', 'list'],
      ['snapshot', 'show', 'latest'],
      ['snapshot', 'files', 'latest'],
      ['snapshot', 'diff', 'latest'],
      ['snapshot', 'restore', 'latest', '--delete-extra', '--dry-run'],
      ['snapshot', 'restore', 'latest'],
      ['backup', 'create'],
      ['backup', 'list'],
      ['vault', 'verify'],
      ['log'],
      ['status'],
      ['snapshot', 'show', hostile[1] ?? ''],
      ['snapshot', 'files', 'latest', hostile[0] ?? ''],
      [hostile[1] ?? ''],
      ['snapshot', 'create', `../${hostile[1]}`],
    ];
    for (const args of commands) {
      const { stdout, stderr } = run(...args, '--no-color');
      assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, args.join(' '));
    }
    const listed = done('snapshot', 'files', 'latest').stdout;
    assert.match(listed, /esc\\x1b\[31mred$/m);
    assert.match(listed, /line\\nbreak$/m);
    const { files } = done('snapshot', 'files', 'latest', '--json').json(FileList);
    for (const name of hostile) assert.ok(files.some(file => file.path === name));
  });

  test('also with colours', t => {
    const { done, root, env } = rootedWorkspace(t);
    env.FORCE_COLOR = '1';
    writeFileSync(path.join(root, 'esc\u001b[31mred'), 'x');
    done('snapshot', 'create');
    const { stdout } = done('snapshot', 'files', 'latest');
    assert.match(stdout, /\u001b\[2m/, 'our own looks are there');
    assert.doesNotMatch(stdout, /\u001b\[31m/);
    assert.doesNotMatch(done('snapshot', 'files', 'latest', '--no-color').stdout, /\u001b/);
    env.NO_COLOR = '1';
    assert.doesNotMatch(done('snapshot', 'files', 'latest').stdout, /\u001b/);
  });

  test('that are not UTF-8 are escaped in text and whole in JSON', { skip: process.platform !== 'linux' }, t => {
    const { done, root } = rootedWorkspace(t);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9), Buffer.from('.txt')]), 'x');
    done('snapshot', 'create');
    assert.match(done('snapshot', 'files', 'latest').stdout, /caf\\xe9\.txt$/m);
    const { files } = done('snapshot', 'files', 'latest', '--json').json(FileList);
    assert.ok(files.some(file => file.path === 'caf\udce9.txt'));
  });
});

describe('streams', () => {
  test('text has no colours when it is not for a terminal', t => {
    const { done } = rootedWorkspace(t);
    assert.doesNotMatch(done('root', 'show').stdout, /\u001b/);
  });

  test('with --json stderr is empty and stdout one object, also for errors', t => {
    const { run } = rootedWorkspace(t);
    for (const args of [
      ['snapshot', 'create'],
      ['snapshot', 'show', 'no-such'],
      ['nonsense'],
      ['root', 'show', '--root', '/'],
    ]) {
      const { stdout, stderr } = run(...args, '--json');
      assert.equal(stderr, '', args.join(' '));
      assert.equal(stdout.trimEnd().split('\n').length, 1);
      JSON.parse(stdout);
    }
  });

  test('with --quiet only what was asked for is printed', t => {
    const { done, run } = rootedWorkspace(t);
    const created = done('snapshot', 'create', '--quiet');
    assert.deepEqual([created.stdout, created.stderr], ['', '']);
    assert.equal(done('snapshot', 'restore', 'latest', '--quiet').stdout, '');
    assert.match(done('snapshot', 'list', '--quiet').stdout, /^id /);
    assert.match(run('snapshot', 'show', 'no-such', '--quiet').stderr, /^holdfast: /);
  });

  test('a reader that goes away early is no crash', unix, async t => {
    const { done, folder, root, env } = rootedWorkspace(t);
    const many = path.join(root, 'many');
    mkdirSync(many);
    for (let index = 0; index < 4000; index++) writeFileSync(path.join(many, `${'x'.repeat(100)}-${index}`), '');
    done('snapshot', 'create');
    for (const json of [[], ['--json']]) {
      const child = spawn(node, [program, 'snapshot', 'files', 'latest', ...json], {
        cwd: folder,
        env: cleanEnvironment(env),
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', text => {
        stderr += text;
      });
      child.stdout.once('data', () => child.stdout.destroy());
      const status = await new Promise(resolve => child.on('close', resolve));
      assert.deepEqual([status, stderr], [0, '']);
    }
  });
});
