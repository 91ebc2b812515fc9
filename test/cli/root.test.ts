import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RootCreated, RootInfo, Status } from '../../src/protocol/root.ts';
import { Diff } from '../../src/protocol/snapshots.ts';
import { newWorkspace, rootedWorkspace, type Workspace } from './workspace.ts';

describe('root show', () => {
  test('explains every candidate and creates nothing', t => {
    const { done, folder, root } = newWorkspace(t);
    const info = done('root', 'show', '--json').json(RootInfo);
    assert.equal(info.root, root);
    assert.deepEqual([info.exists, info.writable, info.rootId], [false, true, null]);
    assert.equal(info.source.kind, 'default');
    assert.deepEqual(
      info.candidates.filter(({ status }) => status === 'chosen').map(({ kind }) => kind),
      ['default'],
    );
    const order = ['flag', 'setting', 'env', 'config', 'compose', 'default'];
    const kinds = info.candidates.map(({ kind }) => order.indexOf(kind));
    assert.deepEqual(
      kinds,
      kinds.toSorted((a, b) => a - b),
    );
    assert.ok(info.candidates.every(({ reason }) => reason !== ''));
    assert.deepEqual(readdirSync(folder), []);
    const { stdout } = done('root', 'show');
    assert.match(stdout, /does not exist yet/);
    assert.match(stdout, /→ default .* chosen/);
  });

  test('takes the flag, the setting and the environment in this order', t => {
    const { done, write, folder, env } = newWorkspace(t);
    const chosen = (...args: string[]) => {
      const { source, root } = done('root', 'show', '--json', ...args).json(RootInfo);
      return [source.kind, path.relative(folder, root)];
    };
    env.HOLDFAST_ROOT = 'from-env';
    assert.deepEqual(chosen(), ['env', 'from-env']);
    const setting = `"holdfast.root": "$\{workspaceFolder}/from-setting",`;
    write({
      '.vscode/settings.json': `{
  // with comments
  ${setting}
}
`,
    });
    assert.deepEqual(chosen(), ['setting', 'from-setting']);
    assert.deepEqual(chosen('--root', 'from-flag'), ['flag', 'from-flag']);
    assert.deepEqual(chosen('--root', ''), ['setting', 'from-setting']);
  });
});

test('root init makes the root once', t => {
  const { done, root } = newWorkspace(t);
  const first = done('root', 'init', '--json').json(RootCreated);
  assert.deepEqual([first.root, first.created], [root, true]);
  assert.ok(existsSync(path.join(root, '.holdfast')));
  const second = done('root', 'init', '--json').json(RootCreated);
  assert.deepEqual(second, { ...first, created: false });
  assert.equal(done('root', 'show', '--json').json(RootInfo).rootId, first.rootId);
  assert.match(done('root', 'init').stdout, /there already/);
});

describe('a root that cannot be used ends with 7, names the candidates and changes nothing', () => {
  const unusable: [string, (place: Workspace) => string][] = [
    [
      'a file',
      ({ write }) => {
        write({ file: '' });
        return 'file';
      },
    ],
    [
      'below a file',
      ({ write }) => {
        write({ file: '' });
        return 'file/below';
      },
    ],
    ['the home directory', ({ home }) => home],
    [
      'the home directory behind a link',
      ({ home, folder }) => {
        symlinkSync(home, path.join(folder, 'link'));
        return 'link';
      },
    ],
    ['the file system root', () => '/'],
    ['the workspace folder', () => '.'],
    [
      'inside a vault',
      ({ folder }) => {
        mkdirSync(path.join(folder, '.holdfast'));
        return '.holdfast/packs';
      },
    ],
    ['a missing parent', ({ home }) => path.join(home, 'no', 'such', 'place')],
  ];
  for (const [what, make] of unusable) {
    test(what, t => {
      const workspace = newWorkspace(t);
      const { run, folder, env } = workspace;
      const value = make(workspace);
      const before = readdirSync(folder, { recursive: true });
      for (const verb of [
        ['root', 'show'],
        ['root', 'init'],
        ['migrate', 'apply'],
      ]) {
        const result = run(...verb, '--root', value, '--json');
        assert.equal(result.status, 7, verb.join(' '));
        const error = result.error();
        assert.equal(error.code, 'ROOT_UNUSABLE');
        assert.ok(error.hint && error.path);
        assert.ok(Array.isArray((error.details as { candidates: unknown }).candidates));
      }
      env.HOLDFAST_ROOT = value;
      const text = run('root', 'show');
      assert.deepEqual([text.status, text.stdout], [7, '']);
      assert.match(text.stderr, /^holdfast: /);
      assert.match(text.stderr, /✗ env +HOLDFAST_ROOT/);
      assert.match(text.stderr, /\nhint: /);
      assert.deepEqual(readdirSync(folder, { recursive: true }), before);
    });
  }
});

describe('a configuration that cannot be understood', () => {
  const broken: [string, Record<string, string>][] = [
    ['settings that are no JSON', { '.vscode/settings.json': '{"holdfast.root": ' }],
    ['a root that is no text', { '.vscode/settings.json': '{"holdfast.root": 7}' }],
    ['a zero byte in the root', { '.vscode/settings.json': '{"holdfast.root": "a\\u0000b"}' }],
  ];
  for (const [what, files] of broken) {
    test(what, t => {
      const { run, write, root } = newWorkspace(t);
      write(files);
      for (const verb of [
        ['root', 'show'],
        ['root', 'init'],
      ]) {
        const result = run(...verb, '--json');
        assert.ok([1, 7].includes(result.status ?? 0), `${result.status}`);
        assert.ok(['INVALID_CONFIG', 'ROOT_UNUSABLE'].includes(result.error().code));
        assert.ok(result.error().hint);
      }
      assert.ok(!existsSync(root));
    });
  }

  test('an unknown profile', t => {
    const { run } = newWorkspace(t);
    const result = run('status', '--profile', 'no-such-profile', '--json');
    assert.equal(result.status, 1);
    assert.equal(result.error().code, 'INVALID_CONFIG');
  });
});

describe('before the root exists', () => {
  for (const verb of [
    ['snapshot', 'list'],
    ['snapshot', 'create'],
    ['snapshot', 'diff', 'latest'],
    ['backup', 'create'],
    ['vault', 'verify'],
    ['vault', 'stats'],
    ['session', 'list'],
    ['session', 'recoverable'],
    ['log'],
    ['watch'],
  ]) {
    test(`${verb.join(' ')} says so and creates nothing`, t => {
      const { run, folder } = newWorkspace(t);
      const result = run(...verb, '--json');
      assert.equal(result.status, 7);
      assert.equal(result.error().code, 'ROOT_MISSING');
      assert.match(result.error().hint ?? '', /root init/);
      assert.deepEqual(readdirSync(folder), []);
    });
  }
});

test('status tells how things stand, with changes since the newest snapshot', t => {
  const { done, write, root } = rootedWorkspace(t);
  const before = done('status', '--json').json(Status);
  assert.deepEqual([before.root, before.snapshots.count, before.changedSince], [root, 0, null]);
  done('snapshot', 'create');
  write({ 'data/workspace/new.txt': 'new', 'data/workspace/settings.json': '{}' });
  const after = done('status', '--json').json(Status);
  assert.equal(after.snapshots.count, 1);
  assert.ok(after.vault.objects > 0 && after.vault.bytes > 0);
  const { added, removed, modified } = after.changedSince ?? {};
  assert.deepEqual([added, removed, modified], [1, 0, 1]);
  const { stdout } = done('status');
  assert.match(stdout, /1 snapshot, the latest just now/);
  assert.match(stdout, /1 added, 0 removed, 1 modified/);
  assert.ok(stdout.split('\n').length <= 10, 'a handful of lines');
});

test('status and a comparison with now say what was compared where the snapshot covers only some of the root', t => {
  const { done, write } = rootedWorkspace(t);
  const diff = (...args: string[]) => done('snapshot', 'diff', ...args, '--json').json(Diff);
  done('snapshot', 'create', '--title', 'All');
  assert.equal(diff('All').scope, undefined);
  done('snapshot', 'create', 'uploads', 'settings.json', '--title', 'Some');
  write({ 'data/workspace/outside-the-scope.txt': 'new' });
  const covered = { paths: ['uploads', 'settings.json'], areas: [] };
  const { changedSince } = done('status', '--json').json(Status);
  assert.deepEqual([changedSince?.added, changedSince?.scope], [0, covered]);
  assert.deepEqual([diff('Some').added, diff('Some').scope], [[], covered]);
  const told = /^Compared:? +only uploads, settings\.json, which is all that this snapshot covers\.?$/m;
  for (const command of [['status'], ['snapshot', 'diff', 'Some']]) assert.match(done(...command).stdout, told);
  assert.equal(diff('All', 'Some').scope, undefined, 'of two snapshots each says what it covers');
  assert.doesNotMatch(done('snapshot', 'diff', 'All').stdout, /Compared/);
});
