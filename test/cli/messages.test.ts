import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { rootedWorkspace } from './workspace.ts';

test('messages speak of what was typed', t => {
  const { done, run, write, folder } = rootedWorkspace(t);
  for (const _ of ['once', 'again']) done('snapshot', 'create', '--title', 'Twice');
  write({ file: '' });
  symlinkSync('nowhere', path.join(folder, 'dangling'));
  const cases: [string[], number, RegExp][] = [
    [['snapshot', 'create', '--title', 'x'.repeat(201)], 2, /^holdfast: A title has at most 200 characters\.$/m],
    [['snapshot', 'create', '--tag', 'x'.repeat(101)], 2, /^holdfast: A tag has at most 100 characters\.$/m],
    [['snapshot', 'export', 'latest', ''], 2, /^holdfast: Name a file to export to\.$/m],
    [['session', 'import', 'nowhere'], 1, /^hint: Give a file that .*session export wrote\.$/m],
    [['snapshot', 'restore', 'latest', '--to', ''], 2, /^holdfast: Option '--to <dir>' .*Name a file or directory\.$/m],
    [['snapshot', 'show', 'Twice'], 2, /^hint: Name it by one of these ids\.$/m],
    [['snapshot', 'restore', 'latest', '--to', 'file'], 4, /^holdfast: What should be a directory is none\.$/m],
    [['snapshot', 'restore', 'latest', '--to', 'dangling'], 4, /^holdfast: What should be a directory is none\.$/m],
  ];
  for (const [args, status, message] of cases) {
    const result = run(...args);
    assert.equal(result.status, status, args.join(' '));
    assert.match(result.stderr, message);
  }
});

test('what does not exist comes with a command that does, to see what there is', t => {
  const { run } = rootedWorkspace(t);
  for (const words of [
    ['snapshot', 'show'],
    ['session', 'show'],
    ['backup', 'verify'],
    ['migrate', 'show'],
    ['migrate', 'apply'],
  ]) {
    const [, command = ''] = /holdfast ([a-z ]+)$/.exec(run(...words, 'nothing', '--json').error().hint ?? '') ?? [];
    assert.equal(run(...command.split(' '), '--json').status, 0, `holdfast ${command}`);
  }
});

test('an empty name names nothing', t => {
  const { run } = rootedWorkspace(t);
  for (const words of [
    ['snapshot', 'show'],
    ['session', 'show'],
    ['backup', 'verify'],
    ['backup', 'delete'],
    ['migrate', 'show'],
  ])
    assert.match(run(...words, '', '--json').error().message, /^There is no [a-z]+ ""\.$/);
});

test('a list that nothing fits does not say that there is nothing', t => {
  const { done } = rootedWorkspace(t);
  done('snapshot', 'create');
  for (const option of ['--filter', '--tag'])
    assert.equal(done('snapshot', 'list', option, 'none').stdout, 'No snapshot fits.\n');
  assert.equal(done('snapshot', 'visits', '--filter', 'none').stdout, 'No visit fits.\n');
});

test('paths in commands to copy are quoted for a shell', t => {
  const { done, write } = rootedWorkspace(t);
  write({ 'data/workspace/x; touch pwned': '1', 'data/workspace/-rf': '1' });
  done('snapshot', 'create');
  const hint = (...name: string[]) =>
    done('file', 'history', ...name)
      .stdout.split('\n')
      .at(-2);
  assert.match(hint('x; touch pwned') ?? '', /snapshot restore \w{8} 'x; touch pwned'$/);
  assert.match(hint('--', '-rf') ?? '', /snapshot restore \w{8} -- -rf$/);
});
