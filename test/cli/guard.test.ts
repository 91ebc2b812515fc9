import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { GuardResult } from '../../src/protocol/guard.ts';
import { readTree } from '../fixtures/tree.ts';
import { until } from './run.ts';
import { newWorkspace, type Workspace } from './workspace.ts';

const posix = { skip: process.platform === 'win32' };

/** The words of a command that runs JavaScript. */
function js(code: string): string[] {
  return [process.execPath, '-e', `const fs = require('fs');${code}`];
}

/** A workspace of an application whose state used to lie in `old/`. */
function guarded(t: Parameters<typeof newWorkspace>[0]): Workspace {
  const workspace = newWorkspace(t);
  workspace.write({
    'holdfast.profile.json': JSON.stringify({
      id: 'mine',
      title: 'Mine',
      areas: [{ id: 'all', title: 'All', globs: ['**'] }],
      legacy: [{ id: 'old', title: 'Old', path: 'old', exclude: ['*.lock'] }],
    }),
    'old/a.json': '{}',
    'old/b.json': '{}',
    'config/app.ini': 'x=1\n',
    'src/main.py': '',
  });
  return workspace;
}

function inGit({ folder }: Workspace, ...more: string[][]): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
      stdio: 'pipe',
    });
  for (const args of [['init', '-q'], ...more, ['commit', '-qm', 'one']]) git(...args);
}

describe('fails with 4 and lists what was written', () => {
  test('in legacy state: created, modified, deleted', t => {
    const { run } = guarded(t);
    const command = js("fs.writeFileSync('old/a.json','{}');fs.rmSync('old/b.json');fs.writeFileSync('old/c.json','')");
    const { status, stdout, stderr } = run('guard', '--', ...command);
    assert.deepEqual([status, stdout], [4, '']);
    assert.equal(
      stderr,
      [
        'holdfast: The command wrote to 3 guarded files:',
        '  modified old/a.json  (legacy state)',
        '  deleted old/b.json  (legacy state)',
        '  created old/c.json  (legacy state)',
        '',
      ].join('\n'),
    );
  });

  test('to files that git tracks, and to no others', t => {
    const workspace = guarded(t);
    workspace.write({ '.gitignore': 'out/\n', 'née.txt': '1', 'gone.txt': '' });
    inGit(workspace, ['add', '-A']);
    const write = "fs.appendFileSync('src/main.py','x');fs.appendFileSync('n\\u00e9e.txt','x');fs.rmSync('gone.txt');";
    const others = "fs.mkdirSync('out');fs.writeFileSync('out/x','');fs.writeFileSync('new.txt','')";
    const { status, stderr } = workspace.run('guard', ...js(write + others));
    assert.equal(status, 4);
    assert.deepEqual(stderr.split('\n').slice(1, -1), [
      '  deleted gone.txt  (tracked by git)',
      '  modified née.txt  (tracked by git)',
      '  modified src/main.py  (tracked by git)',
    ]);
  });

  test('to what --watch names', t => {
    const { run } = guarded(t);
    const command = js(
      "fs.writeFileSync('config/new.ini','');fs.writeFileSync('src/main.py','');fs.chmodSync('old',0o700)",
    );
    const { written } = run('guard', '--watch', 'config/**', '--watch', '*.md', '--json', '--', ...command).json(
      GuardResult,
    );
    assert.deepEqual(written, [{ path: 'config/new.ini', change: 'created', guarded: 'watched' }]);
  });

  test('also when the same bytes were written, with --quiet, and when the command failed itself', t => {
    const { run } = guarded(t);
    const { status, stderr } = run(
      '--quiet',
      'guard',
      '--',
      ...js("fs.writeFileSync('old/a.json','{}');process.exit(7)"),
    );
    assert.equal(status, 4);
    assert.match(stderr, /modified old\/a\.json/);
  });
});

describe('a clean command ends as it does alone', () => {
  for (const expected of [0, 1, 7, 255]) {
    test(`with ${expected}`, t => {
      const { run } = guarded(t);
      const { status, stdout, stderr } = run('guard', '--', ...js(`console.log('done');process.exit(${expected})`));
      assert.deepEqual([status, stdout, stderr], [expected, 'done\n', '']);
    });
  }

  test('killed by a signal', posix, t => {
    const { run } = guarded(t);
    const command = js("process.kill(process.pid,'SIGKILL')");
    assert.equal(run('guard', '--', ...command).status, 128 + 9);
    const result = run('guard', '--json', '--', ...command);
    assert.equal(result.status, 128 + 9);
    assert.deepEqual(result.json(GuardResult), { command, status: null, signal: 'SIGKILL', written: [] });
  });

  test('a signal to stop goes on to the command, and is no way around the guard', posix, async t => {
    const { start } = guarded(t);
    const wait = "process.on('SIGTERM',()=>{fs.writeFileSync('old/a.json','');process.exit(3)});";
    const running = start('guard', '--', ...js(`${wait}setInterval(()=>{},1e3);console.log('up')`));
    await until(() => running.texts.stdout.includes('up'), 'the command to run');
    running.child.kill('SIGTERM');
    const { status, stderr } = await running.end;
    assert.equal(status, 4);
    assert.match(stderr, /modified old\/a\.json/);
  });
});

test('--json prints exactly one object, whatever the command prints', t => {
  const { run } = guarded(t);
  const command = js("console.log('to stdout');console.error('to stderr')");
  const result = run('guard', '--json', '--', ...command);
  assert.deepEqual(result.json(GuardResult), { command, status: 0, signal: null, written: [] });
  assert.equal(result.status, 0);
  assert.deepEqual(result.stderr.trim().split('\n').sort(), ['to stderr', 'to stdout']);
});

test('options after the name of the command are its own', t => {
  const { run } = guarded(t);
  const { stdout } = run('guard', ...js('console.log(process.argv.slice(1).join())'), '--', '--json', '--watch', 'x');
  assert.equal(stdout, '--json,--watch,x\n');
});

test('creates nothing in the workspace', t => {
  const workspace = guarded(t);
  inGit(workspace, ['add', 'src']);
  const before = readTree(workspace.folder, { directoryTimes: true });
  assert.equal(workspace.run('guard', '--watch', '**', '--', ...js('')).status, 0);
  assert.deepEqual(readTree(workspace.folder, { directoryTimes: true }), before);
});

test('a workspace in a directory of a repository guards the whole of it', t => {
  const workspace = guarded(t);
  inGit(workspace, ['add', 'src']);
  workspace.write({ 'part/x': '' });
  const command = js("fs.appendFileSync('../src/main.py','x')");
  const { written } = workspace.run('guard', '--workspace', 'part', '--json', '--', ...command).json(GuardResult);
  assert.deepEqual(written, [
    { path: path.join(workspace.folder, 'src/main.py'), change: 'modified', guarded: 'tracked' },
  ]);
});

describe('what cannot be guarded is said', () => {
  test('a command that does not exist', t => {
    const { run } = guarded(t);
    const { status, stdout, stderr } = run('guard', '--', 'no-such-command');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^holdfast: There is no command "no-such-command"\.\nhint: .*sh -c/);
    assert.equal(run('guard', '--json', '--', 'no-such-command').error().code, 'NOT_FOUND');
  });

  test('a command that cannot be executed', posix, t => {
    const { run, folder } = guarded(t);
    chmodSync(path.join(folder, 'src/main.py'), 0o644);
    const error = run('guard', '--json', '--', './src/main.py').error();
    assert.deepEqual(
      [error.code, error.message],
      ['FAILED', 'The command "./src/main.py" cannot be started (EACCES).'],
    );
  });

  test('no command, and globs that fit nothing', t => {
    const { run } = guarded(t);
    for (const args of [[], ['--watch', '', '--', 'x'], ['--watch', '/etc/**', '--', 'x'], ['--watch', '../x', 'x']]) {
      const { status, stderr } = run('guard', ...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /hint: /);
    }
  });

  test('a repository that git does not read', t => {
    const workspace = guarded(t);
    inGit(workspace, ['add', 'src']);
    workspace.write({ '.git/config': '[broken' });
    const error = workspace.run('guard', '--json', '--', ...js('')).error();
    assert.deepEqual([error.code, error.message], ['FAILED', 'git cannot list the files that it tracks.']);
    assert.match(error.hint!, /It says: .*config/);
  });
});
