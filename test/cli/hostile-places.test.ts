import assert from 'node:assert/strict';
import { mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { ApplyResult, MigrationPlan } from '../../src/protocol/migrations.ts';
import { canary } from '../fixtures/digital-article.ts';
import { link, makeTree, readTree } from '../fixtures/tree.ts';
import { measuredRuns } from './measured.ts';
import { newWorkspace } from './workspace.ts';

const skip = process.platform === 'win32';

/** A directory in which each application looks for state, and a link in it that it would read if it were a file. */
const places: readonly [profile: string, directory: string, file: string][] = [
  ['digital-article', 'data/notebooks', '6f1d2c3b-0000-4000-8000-000000000000.json'],
  ['digital-article', 'backend/notebook_workspace', 'x.json'],
  ['digital-article', 'data/personas', 'x.json'],
  ['doco', 'test/data', 'sessions/6f1d2c3b-0000-4000-8000-000000000000.json'],
  ['doco', 'logs', 'doco_tokens.json'],
  ['uploads-json', 'uploads', 'admin/plan_settings.json'],
  ['uploads-json', '.state', 'audit_sync.json'],
  ['webviz', 'webviz-export', 'sessions/x.json'],
  ['atlas', 'Library/Application Support/AtlasForMac', 'workspace-state.json'],
];

suite('links where state should lie', { concurrency: 2, skip }, () => {
  for (const [profile, directory, file] of places) {
    const options = ['--json', '--profile', profile];

    test(`${profile}: ${directory} that leads to itself stops nothing`, t => {
      const workspace = newWorkspace(t);
      const run = measuredRuns(workspace);
      const place = path.join(workspace.folder, directory);
      mkdirSync(path.dirname(place), { recursive: true });
      symlinkSync(path.basename(place), place);
      workspace.done('root', 'init', ...options);
      for (const args of [['session', 'list'], ['status'], ['migrate', 'apply']]) run([...args, ...options], [0, 3]);
      assert.equal(readlinkSync(place), path.basename(place));
    });

    test(`${profile}: links in ${directory} stay links, wherever they lead`, t => {
      const workspace = newWorkspace(t);
      const run = measuredRuns(workspace);
      makeTree(path.dirname(workspace.folder), { outside: { 'secret.txt': canary } });
      const base = path.join(workspace.folder, directory, path.dirname(file));
      makeTree(base, {
        [path.basename(file)]: link('../../../../../../outside/secret.txt'),
        'a_tokens.json': link('b_tokens.json'),
        'b_tokens.json': link('a_tokens.json'),
        ...(directory === 'logs' ? {} : { around: { again: link('..') } }),
        'away_tokens.json': link(path.join(path.dirname(workspace.folder), 'outside')),
        // For Nuvien an empty `uploads/` is nobody's; a file makes it one.
        'known.json': '{}',
      });
      if (profile === 'uploads-json')
        makeTree(path.join(workspace.folder, 'uploads/admin'), { 'plan_config.json': '{}' });
      const before = readTree(workspace.folder);
      run(['session', 'list', ...options], [0, 7]);
      const plan = run(['migrate', 'plan', ...options], [0, 3]).json(MigrationPlan);
      run(['migrate', 'apply', ...options], [0, 3]);
      const named = new Map([
        ...plan.items.map(one => [one.source, one.target] as const),
        ...plan.omitted.map(one => [one.path, undefined] as const),
      ]);
      for (const [at, entry] of Object.entries(before)) {
        if (entry.type !== 'link') continue;
        assert.ok(named.has(at), `${at} is not named: ${JSON.stringify(plan, null, 1)}`);
        const target = named.get(at);
        if (target !== undefined) assert.equal(readlinkSync(path.join(plan.root, target)), entry.target);
      }
      assert.ok(
        !Object.values(readTree(plan.root)).some(entry => entry.type === 'file' && entry.size === canary.length),
      );
      run(['session', 'list', ...options], [0]);
      run(['status', ...options], [0]);
    });
  }
});

suite('a root among its sources', () => {
  const apply = ['migrate', 'apply', '--json'];

  test('a source inside the root is refused, also when a link leads to it', { skip }, t => {
    const workspace = newWorkspace(t);
    workspace.write({ 'state/inner/a.txt': 'a' });
    symlinkSync('state/inner', path.join(workspace.folder, 'link'));
    const before = readTree(path.join(workspace.folder, 'state/inner'));
    for (const from of ['state/inner', 'state', 'link', 'state/inner/..']) {
      const refused = workspace.run(...apply, '--root', 'state', '--from', from);
      assert.deepEqual([refused.status, refused.error().code], [4, 'CONFLICT'], from);
    }
    assert.deepEqual(readTree(path.join(workspace.folder, 'state/inner')), before);
  });

  test('also when the root is named through a link', { skip }, t => {
    const workspace = newWorkspace(t);
    workspace.write({ 'old/a.txt': 'a', 'old/state/kept.txt': 'k' });
    symlinkSync('old/state', path.join(workspace.folder, 'link'));
    const result = workspace.run(...apply, '--root', 'link', '--from', 'old');
    assert.equal(result.status, 3);
    assert.deepEqual(result.json(ApplyResult).omitted, [{ path: 'old/state', reason: 'it is the root itself' }]);
    assert.deepEqual(Object.keys(readTree(path.join(workspace.folder, 'old/state'), { except: ['.holdfast'] })), [
      'a.txt',
      'kept.txt',
    ]);
  });

  test('a root inside a source is left out of it, and grows no more', t => {
    const workspace = newWorkspace(t);
    workspace.write({ 'old/a.txt': 'a', 'old/state/kept.txt': 'k' });
    const root = path.join(workspace.folder, 'old/state');
    for (const status of ['completed', 'nothing-to-do']) {
      const result = workspace.run(...apply, '--root', 'old/state', '--from', 'old');
      assert.equal(result.status, 3);
      const applied = result.json(ApplyResult);
      assert.deepEqual(applied.omitted, [{ path: 'old/state', reason: 'it is the root itself' }]);
      assert.equal(applied.status, status);
      assert.deepEqual(Object.keys(readTree(root, { except: ['.holdfast'] })), ['a.txt', 'kept.txt']);
    }
  });
});

test('a place where the system makes no directory is told, and nobody waits for ever', {
  skip: process.platform !== 'linux' && 'there is no such place',
}, t => {
  const workspace = newWorkspace(t);
  const run = measuredRuns(workspace);
  workspace.done('root', 'init');
  workspace.done('snapshot', 'create');
  for (const args of [
    ['snapshot', 'restore', 'latest', '--to', '/proc/none/below', '--yes'],
    ['backup', 'create', '--to', '/proc/none'],
  ]) {
    assert.equal(run([...args, '--json'], [1]).error().code, 'UNREADABLE');
  }
});
