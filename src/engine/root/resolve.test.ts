// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are what is tested
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { testPorts } from '../../../test/fixtures/ports.ts';
import { makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { explainContext, type OpenOptions, openContext } from './open.ts';
import type { Resolution } from './resolve.ts';

interface Case extends Omit<OpenOptions, 'workspace'> {
  tree?: Tree;
  env?: Record<string, string>;
}

/** Resolves in a workspace of its own that looks like Digital Article; paths in the result are relative to it. */
function resolve({ tree = {}, env = {}, ...options }: Case = {}) {
  using place = temporaryDirectory();
  makeTree(place.path, { backend: { notebook_workspace: {} }, ...tree });
  const before = readTree(place.path);
  const ports = testPorts({ env, home: path.join(place.path, 'home') });
  const { resolution } = explainContext(ports, { workspace: place.path, ...options });
  assert.deepEqual(readTree(place.path), before);
  const relative = (absolute: string) => path.relative(place.path, absolute).split(path.sep).join('/');
  return {
    ...resolution,
    root: resolution.root && relative(resolution.root),
    candidates: resolution.candidates.map(one => ({ ...one, path: one.path === null ? null : relative(one.path) })),
  };
}

const config = (dir: unknown) => ({ 'config.json': JSON.stringify({ paths: { workspace_dir: dir } }) });
const vscode = (settings: object) => ({ '.vscode': { 'settings.json': JSON.stringify(settings) } });
const compose = (source: string) => ({
  'compose.yaml': `services: {app: {volumes: ["${source}:/app/data/workspace"]}}`,
});
const everything: Case = {
  rootFlag: 'a',
  tree: { ...vscode({ 'holdfast.root': 'b' }), ...config('g'), ...compose('./h') },
  settings: { workspace: { root: 'c' }, user: { root: 'd' } },
  env: { HOLDFAST_ROOT: 'e', WORKSPACE_DIR: 'f' },
};
const statuses = ({ candidates }: Pick<Resolution, 'candidates'>) => candidates.map(one => one.status).join(' ');

test('the order of the contract, each candidate with its place, text and path', () => {
  const { candidates, root, source } = resolve(everything);
  assert.equal(root, 'a');
  assert.deepEqual(source, { kind: 'flag', name: '--root', value: 'a' });
  assert.deepEqual(
    candidates.map(({ kind, name, value, path, status }) => [kind, name, value, path, status]),
    [
      ['flag', '--root', 'a', 'a', 'chosen'],
      ['setting', 'holdfast.root', 'b', 'b', 'shadowed'],
      ['setting', 'holdfast.root', 'c', 'c', 'shadowed'],
      ['setting', 'holdfast.root', 'd', 'd', 'shadowed'],
      ['env', 'HOLDFAST_ROOT', 'e', 'e', 'shadowed'],
      ['env', 'WORKSPACE_DIR', 'f', 'f', 'shadowed'],
      ['config', 'config.json: paths.workspace_dir', 'g', 'g', 'shadowed'],
      ['compose', 'compose.yaml', './h', 'h', 'shadowed'],
      ['default', 'digital-article', 'data/workspace', 'data/workspace', 'shadowed'],
    ],
  );
});

test('each candidate wins when those before it are gone', () => {
  const seen: string[] = [];
  const left = structuredClone(everything);
  const remove = [
    () => delete left.rootFlag,
    () => delete left.tree!['.vscode'],
    () => delete left.settings!.workspace,
    () => delete left.settings!.user,
    () => delete left.env!.HOLDFAST_ROOT,
    () => delete left.env!.WORKSPACE_DIR,
    () => delete left.tree!['config.json'],
    () => delete left.tree!['compose.yaml'],
  ];
  for (const step of [() => true, ...remove]) {
    step();
    seen.push(resolve(left).root);
  }
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'data/workspace']);
});

test('empty values count as unset', () => {
  const { root, ...rest } = resolve({
    rootFlag: '',
    tree: { ...vscode({ 'holdfast.root': '' }), ...config('') },
    settings: { user: { root: ' ' } },
    env: { HOLDFAST_ROOT: '', WORKSPACE_DIR: '' },
  });
  assert.equal(root, 'data/workspace');
  assert.equal(statuses(rest), 'unset unset unset unset unset unset unset unset chosen');
});

test('variables expand, and the text is reported as found', () => {
  const { root, source } = resolve({
    tree: vscode({ 'holdfast.root': '${workspaceFolder}/${env:NAME}' }),
    env: { NAME: 'x' },
  });
  assert.equal(root, 'x');
  assert.equal(source.value, '${workspaceFolder}/${env:NAME}');
});

test('a configured root that cannot be used is a problem, never a reason for the next', () => {
  const found = resolve({ tree: { ...config('file'), file: 'x' } });
  assert.equal(found.problem?.code, 'ROOT_UNUSABLE');
  assert.match(found.problem.hint!, /config\.json/);
  assert.equal(statuses(found), 'unset unset unset unset unset unset invalid unset shadowed');
  assert.deepEqual((found.problem.details as Resolution).candidates.length, found.candidates.length);
  assert.equal(resolve({ env: { WORKSPACE_DIR: '${env:GONE}' } }).problem?.code, 'INVALID_CONFIG');
  assert.equal(resolve({ settings: { user: { root: 3 } } }).problem?.code, 'INVALID_CONFIG');
});

test('an unusable root behind the chosen one does no harm', () => {
  const found = resolve({ rootFlag: 'a', tree: { 'config.json': '{', 'compose.yaml': '[' } });
  assert.equal(found.problem, undefined);
  assert.equal(statuses(found), 'chosen unset unset unset unset unset invalid invalid shadowed');
});

test('a config file that cannot be read stops the search before the default', () => {
  const found = resolve({ tree: { 'config.json': '{"paths": {' } });
  assert.equal(found.problem?.code, 'INVALID_CONFIG');
  assert.equal(path.basename(found.problem.path!), 'config.json');
  assert.equal(resolve({ tree: { 'compose.yaml': 'services: [' } }).problem?.code, 'INVALID_CONFIG');
  assert.equal(resolve({ tree: { '.vscode': { 'settings.json': '{' } } }).problem?.code, 'INVALID_CONFIG');
});

test('a named volume is reported and passed over', () => {
  const found = resolve({ tree: compose('app-data') });
  assert.equal(found.root, 'data/workspace');
  const candidate = found.candidates.find(one => one.kind === 'compose')!;
  assert.equal(candidate.status, 'invalid');
  assert.equal(candidate.value, 'app-data');
  assert.match(candidate.reason, /named volume/);
});

test('in a workspace that is not trusted only the flag, the user, the environment and the default count', () => {
  const rest = structuredClone(everything);
  delete rest.rootFlag;
  delete rest.env;
  assert.equal(resolve({ ...rest, trusted: false }).root, 'd');
  delete rest.settings!.user;
  const found = resolve({ ...rest, trusted: false });
  assert.equal(found.root, 'data/workspace');
  assert.equal(statuses(found), 'unset invalid invalid unset unset unset invalid invalid chosen');
  assert.match(found.candidates[1]!.reason, /not trusted/);
  assert.equal(resolve({ ...rest, env: { HOLDFAST_ROOT: 'e' }, trusted: false }).root, 'e');
  assert.equal(resolve({ ...rest, rootFlag: 'a', trusted: false }).root, 'a');
  assert.equal(resolve({ tree: { 'config.json': '{' }, trusted: false }).problem, undefined);
});

test('opening throws the problem, a broken settings file, an unknown profile and a missing workspace', () => {
  using place = temporaryDirectory();
  const open = (options: Partial<OpenOptions>) => () => openContext(testPorts(), { workspace: place.path, ...options });
  const code =
    (...codes: Parameters<typeof HoldfastError.is>[1][]) =>
    (error: unknown) =>
      HoldfastError.is(error, ...codes);
  assert.throws(open({ rootFlag: '.' }), code('ROOT_UNUSABLE'));
  assert.throws(open({ profileFlag: 'nobody' }), code('INVALID_CONFIG'));
  assert.throws(open({ workspace: path.join(place.path, 'gone') }), code('USAGE'));
  assert.throws(open({ settings: { user: { watch: 'yes' } } }), code('INVALID_CONFIG'));
  makeTree(place.path, { '.vscode': { 'settings.json': '{' } });
  assert.throws(open({ rootFlag: 'a' }), code('INVALID_CONFIG'));
});

test('the profile comes from the flag, the setting, or what lies in the workspace', () => {
  using place = temporaryDirectory();
  const profile = (options: Partial<OpenOptions> = {}) =>
    openContext(testPorts(), { workspace: place.path, ...options }).profile.id;
  assert.equal(profile(), 'generic');
  assert.equal(profile({ settings: { user: { profile: 'digital-article' } } }), 'digital-article');
  makeTree(place.path, { backend: { notebook_workspace: {} } });
  assert.equal(profile(), 'digital-article');
  assert.equal(profile({ profileFlag: 'generic' }), 'generic');
});
