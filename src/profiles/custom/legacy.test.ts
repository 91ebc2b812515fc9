import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { directory, link, makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import type { ProfileView } from '../profile.ts';
import { customProfile } from './profile.ts';
import { CustomProfile } from './schema.ts';

const posix = { skip: process.platform === 'win32' };

interface Given {
  tree: Tree;
  legacy: object | object[];
  env?: Record<string, string>;
  root?: string;
}

/** What the profile finds in `app/` of the tree; `home/` in it is the home directory. */
function sourcesOf(place: string, { tree, legacy, env = {}, root = 'data/workspace' }: Given) {
  makeTree(place, tree);
  const workspace = path.join(place, 'app');
  fs.mkdirSync(workspace, { recursive: true });
  const view: ProfileView = {
    fs,
    platform: process.platform,
    env,
    home: path.join(place, 'home'),
    workspace,
    root: path.join(workspace, root),
  };
  const profile = customProfile(
    CustomProfile.parse({
      id: 'mine',
      title: 'Mine',
      areas: [{ id: 'all', title: 'All', globs: ['**'] }],
      legacy: [legacy].flat().map((one, index) => ({ id: `place-${index}`, title: 'A place', ...one })),
    }),
  );
  const sources = profile.legacySources(view);
  return {
    sources,
    moves: Object.fromEntries(
      sources.flatMap(source => source.entries.map(entry => [path.relative(workspace, entry.source), entry.target])),
    ),
    notes: sources.flatMap(source => source.entries.map(entry => entry.note)),
    omitted: Object.fromEntries(sources.flatMap(source => source.omitted.map(one => [one.path, one.reason]))),
    warnings: sources.flatMap(source => source.warnings.map(one => `${one.path}: ${one.message}`)),
  };
}

test('places are found by ~ and variables; what is not there is no source', () => {
  using place = temporaryDirectory();
  const found = sourcesOf(place.path, {
    tree: { home: { '.app': { a: '' }, c: '' }, app: { old: { b: '' }, 'one.json': '' }, far: { d: '' } },
    legacy: [
      { path: '~/.app', to: 'home' },
      { path: `$\{userHome}/c`, to: 'c/c.txt' },
      { path: `$\{workspaceFolder}/old` },
      { path: `$\{env:FAR}`, to: 'far' },
      { path: 'one.json' },
      { path: 'nowhere' },
      { path: 'one.json/below' },
    ],
    env: { FAR: path.join(place.path, 'far') },
  });
  assert.deepEqual(found.moves, {
    '../home/.app/a': 'home/a',
    '../home/c': 'c/c.txt',
    'old/b': 'b',
    '../far/d': 'far/d',
    'one.json': 'one.json',
  });
  assert.deepEqual([found.omitted, found.warnings, found.sources.length], [{}, [], 5]);
});

test('a place whose variable is not set is passed over, and named', () => {
  using place = temporaryDirectory();
  const { warnings, moves } = sourcesOf(place.path, {
    tree: { app: { old: { b: '' } } },
    legacy: [{ path: `$\{env:FAR}/x` }, { path: 'old' }],
  });
  assert.deepEqual(warnings, [`$\{env:FAR}/x: The environment variable FAR is not set. This place was not looked at.`]);
  assert.deepEqual(moves, { 'old/b': 'b' });
});

test('globs choose; what they leave out is named with the reason, whole directories as one', () => {
  using place = temporaryDirectory();
  const { moves, omitted, notes } = sourcesOf(place.path, {
    tree: {
      app: {
        'main.py': '',
        'a.json': '',
        '.hidden.json': '',
        src: { deep: { 'x.py': '', 'y.py': '' }, empty: {} },
        cache: { 'b.json': '', 'c.json': '' },
        kept: { 'd.json': '', 'd.txt': '', 'tmp.json': '', none: {} },
      },
    },
    legacy: { path: '.', to: 'old', files: ['**/*.json'], exclude: ['cache/**', '**/tmp.*'], note: 'as ever' },
  });
  assert.deepEqual(moves, {
    'a.json': 'old/a.json',
    '.hidden.json': 'old/.hidden.json',
    'kept/d.json': 'old/kept/d.json',
  });
  const unnamed = 'Not among the files that the profile names.';
  const excluded = 'The profile excludes it.';
  assert.deepEqual(omitted, {
    'main.py': unnamed,
    src: unnamed,
    'kept/d.txt': unnamed,
    cache: excluded,
    'kept/tmp.json': excluded,
  });
  assert.deepEqual(notes, ['as ever', 'as ever', 'as ever']);
});

test('a place that holds the root is read around it, and around the vaults of other roots', () => {
  using place = temporaryDirectory();
  const tree = {
    app: { data: { 'a.json': '', workspace: { 'mine.json': '', '.holdfast': { v: '' } }, '.holdfast': { v: '' } } },
  };
  const { moves, omitted } = sourcesOf(place.path, { tree, legacy: [{ path: 'data' }, { path: '..', to: 'all' }] });
  assert.deepEqual(moves, { 'data/a.json': 'all/app/data/a.json' });
  assert.deepEqual(omitted, { 'data/.holdfast': 'The vault of another root.' });
});

test('the root itself is no source; a place inside it is one of nothing', () => {
  using place = temporaryDirectory();
  const { sources, warnings } = sourcesOf(place.path, {
    tree: { app: { data: { workspace: { in: { a: '' } } } } },
    legacy: [{ path: 'data/workspace' }, { path: 'data/workspace/in' }],
  });
  assert.deepEqual(
    sources.map(({ entries }) => entries),
    [[]],
  );
  assert.match(warnings[0]!, /^data\/workspace\/in: It lies in the root already/);
});

test('links: kept inside, followed at the place itself, left out when they lead into the root', posix, () => {
  using place = temporaryDirectory();
  const { moves, omitted, warnings } = sourcesOf(place.path, {
    tree: {
      app: {
        data: { workspace: { a: '' } },
        old: { inner: link('../elsewhere'), back: link('../data/workspace/a') },
        elsewhere: { b: '' },
        alias: link('elsewhere'),
        file: link('elsewhere/b'),
        moved: link('data/workspace/a'),
        dead: link('nowhere'),
        circle: link('circle'),
      },
    },
    legacy: [
      { path: 'old' },
      { path: 'alias', to: 'alias' },
      { path: 'file' },
      { path: 'moved' },
      { path: 'dead' },
      { path: 'circle' },
    ],
  });
  assert.deepEqual(moves, { 'old/inner': 'inner', 'alias/b': 'alias/b', 'elsewhere/b': 'file' });
  assert.deepEqual(omitted, {
    'old/back': 'A link into the root.',
    dead: 'A link that leads nowhere.',
    circle: 'A link that leads nowhere.',
  });
  assert.deepEqual(warnings, []);
});

test('what has no contents or cannot be read is named', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, { app: { old: { closed: directory({ x: '' }), a: '' } } });
  execFileSync('mkfifo', [path.join(place.path, 'app/old/pipe')]);
  fs.chmodSync(path.join(place.path, 'app/old/closed'), 0o000);
  const { moves, omitted } = sourcesOf(place.path, { tree: {}, legacy: { path: 'old' } });
  fs.chmodSync(path.join(place.path, 'app/old/closed'), 0o755);
  assert.equal(omitted['old/pipe'], 'It is a named pipe, not a file with contents.');
  // The superuser reads everything.
  if (process.getuid?.() === 0) assert.deepEqual(moves, { 'old/a': 'a', 'old/closed/x': 'closed/x' });
  else assert.match(omitted['old/closed']!, /EACCES/);
});
