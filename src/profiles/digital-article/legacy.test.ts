import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { canary, hostileMark, makeDigitalArticle } from '../../../test/fixtures/digital-article.ts';
import { pickleDict } from '../../../test/fixtures/pickle.ts';
import { file, link, makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { legacySources } from './legacy.ts';

const posix = { skip: process.platform === 'win32' };
const a = '7c0f2f5e-4a77-4b0c-9a3b-2f1f4e9a1c10';
const b = 'b8a6f1d2-9f0e-4f63-8f3d-0a3d2d7c5e21';

/** The sources with every path relative to the workspace; entries as `source → target`. */
function sourcesIn(workspace: string, root = 'data/workspace', env: Record<string, string> = {}) {
  const view = {
    fs,
    platform: process.platform,
    env,
    home: '/home/of-a-test',
    workspace,
    root: path.join(workspace, root),
  };
  const relative = (absolute: string) => {
    assert.ok(path.isAbsolute(absolute), absolute);
    return path.relative(workspace, absolute).split(path.sep).join('/');
  };
  return legacySources(view).map(source => ({
    id: source.id,
    title: source.title,
    path: relative(source.path),
    moves: Object.fromEntries(source.entries.map(entry => [relative(entry.source), entry.target])),
    notes: Object.fromEntries(
      source.entries.flatMap(entry => (entry.note ? [[relative(entry.source), entry.note]] : [])),
    ),
    omitted: Object.fromEntries(source.omitted.map(one => [one.path, one.reason])),
    warnings: source.warnings,
  }));
}

function find(tree: Tree, root?: string, env?: Record<string, string>) {
  using place = temporaryDirectory();
  makeTree(place.path, tree);
  return sourcesIn(place.path, root, env);
}

/** All moves of all sources; no file is in two of them. */
function movesOf(sources: ReturnType<typeof find>): Record<string, string> {
  const moves: Record<string, string> = Object.assign({}, ...sources.map(source => source.moves));
  assert.equal(Object.keys(moves).length, sources.flatMap(source => Object.keys(source.moves)).length);
  return moves;
}

test('everything in the sample is an entry, or omitted with a reason; nothing is changed or loaded', () => {
  using place = temporaryDirectory();
  const sample = makeDigitalArticle(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const sources = sourcesIn(place.path);
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.ok(!fs.existsSync(hostileMark) && !fs.existsSync(path.join(place.path, hostileMark)));

  assert.deepEqual(
    sources.map(source => source.id),
    ['data/notebooks', 'backend/notebook_workspace', 'data/personas'],
  );
  const accounted = new Set(sources.flatMap(source => [...Object.keys(source.moves), ...Object.keys(source.omitted)]));
  for (const [name, { type }] of Object.entries(before)) {
    const isLegacy = /^(data\/notebooks|data\/personas\/custom|backend\/notebook_workspace)\//.test(name);
    if (isLegacy && type !== 'dir') assert.ok(accounted.has(name), name);
  }
  const moves = movesOf(sources);
  assert.equal(moves[`data/notebooks/${sample.good}.json`], `notebooks/${sample.good}.json`);
  const state = `${sample.stale}/state`;
  assert.equal(moves[`backend/notebook_workspace/${state}/checkpoint.pkl`], `${state}/checkpoint.pkl`);
  assert.equal(moves[`backend/notebook_workspace/${state}/checkpoint.tmp`], `${state}/checkpoint.tmp`);
  assert.equal(
    moves['data/personas/custom/maria/clinical-reviewer.json'],
    'personas/custom/maria/clinical-reviewer.json',
  );

  const [, workspace, personas] = sources;
  assert.match(workspace!.notes[`backend/notebook_workspace/${state}/checkpoint.tmp`]!, /interrupted/);
  assert.match(workspace!.notes[`backend/notebook_workspace/${sample.empty}/state`]!, /empty folder/);
  assert.deepEqual(
    personas!.warnings.map(one => one.path),
    ['data/personas/system'],
  );
  assert.deepEqual(
    sources.flatMap(source => Object.keys(source.omitted)),
    [],
  );
  assert.deepEqual(
    workspace!.warnings.map(one => [one.path.split('/')[2], one.message.split(/[:;]/)[0]]).sort(),
    [
      [sample.stale, 'The metadata is stale'],
      [sample.orphan, 'No notebook has this id any more'],
    ].sort(),
  );
  assert.ok(!JSON.stringify(sources).includes(canary));
});

test('the four layouts of the workspace, and starts in another directory', () => {
  const sources = find({
    notebooks: { [`${a}.json`]: '{}', [`${b}.json`]: '{}' },
    notebook_workspace: { data: { 'shared.csv': '1' }, 'data_registry.json': '{}' },
    backend: {
      notebook_workspace: {
        data: { [a]: { 'g1.csv': '1', deep: { 'x.csv': '1' } }, 'g0.csv': '1' },
        [a]: { data: { 'g2.csv': '1' }, state: { 'checkpoint.pkl': pickleDict({}) }, 'result.csv': '1' },
        user_settings: { 'm.json': '{}' },
        traces: { 'traces.jsonl': '' },
        'note.txt': '1',
      },
      backend: { notebook_workspace: { data: { [b]: { 'g1.csv': '1' } } } },
    },
  });
  const base = 'backend/notebook_workspace';
  assert.deepEqual(movesOf(sources), {
    [`notebooks/${a}.json`]: `notebooks/${a}.json`,
    [`notebooks/${b}.json`]: `notebooks/${b}.json`,
    'notebook_workspace/data/shared.csv': 'shared/data/shared.csv',
    'notebook_workspace/data_registry.json': 'shared/data_registry.json',
    [`${base}/data/${a}/g1.csv`]: `${a}/data/g1.csv`,
    [`${base}/data/${a}/deep/x.csv`]: `${a}/data/deep/x.csv`,
    [`${base}/data/g0.csv`]: 'shared/data/g0.csv',
    [`${base}/${a}/data/g2.csv`]: `${a}/data/g2.csv`,
    [`${base}/${a}/state/checkpoint.pkl`]: `${a}/state/checkpoint.pkl`,
    [`${base}/${a}/result.csv`]: `${a}/result.csv`,
    [`${base}/user_settings/m.json`]: 'user_settings/m.json',
    [`${base}/traces/traces.jsonl`]: 'traces/traces.jsonl',
    [`${base}/note.txt`]: 'note.txt',
    [`backend/backend/notebook_workspace/data/${b}/g1.csv`]: `${b}/data/g1.csv`,
  });
  const notes = Object.assign({}, ...sources.map(source => source.notes));
  assert.match(notes[`${base}/note.txt`], /Not known/);
  assert.match(notes[`${base}/data/g0.csv`], /shared one folder/);
});

test('the root is never a source, whatever leads to it; another root makes the usual one a source', posix, () => {
  const tree = {
    'config.json': JSON.stringify({
      paths: { notebooks_dir: 'data/workspace/notebooks', workspace_dir: 'data/workspace' },
    }),
    data: { workspace: { notebooks: { [`${a}.json`]: '{}' }, [a]: { data: { x: '1' } }, '.holdfast': { packs: {} } } },
    backend: { notebook_workspace: link('../data/workspace') },
  };
  assert.deepEqual(find(tree), []);
  const elsewhere = find(tree, 'elsewhere');
  assert.deepEqual(movesOf(elsewhere), {
    [`data/workspace/notebooks/${a}.json`]: `notebooks/${a}.json`,
    [`data/workspace/${a}/data/x`]: `${a}/data/x`,
  });
  assert.match(elsewhere[1]!.omitted['data/workspace/.holdfast']!, /another root/);
});

test('places come from the environment and the config, nested ones are not reported twice', () => {
  const tree = {
    'config.json': JSON.stringify({ paths: { notebooks_dir: 'nb', workspace_dir: 'data' } }),
    nb: { [`${a}.json`]: '{}', 'old.ipynb': '{}' },
    own: { [`${b}.json.corrupted`]: '{', [`${b}.json.tmp`]: '' },
    data: { workspace: { in: { root: '1' } }, notebooks: { [`${b}.json`]: '{}' }, [a]: { data: { x: '1' } } },
    notebooks: { 'jupyter.ipynb': '{}' },
  };
  assert.deepEqual(movesOf(find(tree)), {
    [`nb/${a}.json`]: `notebooks/${a}.json`,
    'nb/old.ipynb': 'notebooks/old.ipynb',
    [`data/notebooks/${b}.json`]: `notebooks/${b}.json`,
    [`data/${a}/data/x`]: `${a}/data/x`,
  });
  const [own] = find(tree, undefined, { NOTEBOOKS_DIR: 'own' });
  assert.deepEqual(Object.values(own!.moves), [`notebooks/${b}.json.corrupted`, `notebooks/${b}.json.tmp`]);
  assert.equal(Object.keys(own!.notes).length, 2);
});

test(
  'links move as links, empty folders as they are; links into the root and special files are left out',
  posix,
  () => {
    using place = temporaryDirectory();
    makeTree(place.path, {
      data: { workspace: {} },
      backend: {
        notebook_workspace: {
          [a]: {
            data: {
              outside: link('/etc/hostname'),
              up: link('..'),
              gone: link('nowhere'),
              moved: link('../../../../data/workspace'),
            },
            state: {},
          },
        },
      },
    });
    const own = `backend/notebook_workspace/${a}`;
    execFileSync('mkfifo', [`${place.path}/${own}/data/pipe`]);
    const [source] = sourcesIn(place.path);
    assert.deepEqual(source!.moves, {
      [`${own}/data/gone`]: `${a}/data/gone`,
      [`${own}/data/outside`]: `${a}/data/outside`,
      [`${own}/data/up`]: `${a}/data/up`,
      [`${own}/state`]: `${a}/state`,
    });
    assert.deepEqual(source!.omitted, {
      [`${own}/data/moved`]: 'A link into the root.',
      [`${own}/data/pipe`]: 'It is a named pipe, not a file with contents.',
    });
  },
);

test('a folder that cannot be read is left out with the reason, and the rest goes on', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { backend: { notebook_workspace: { [a]: { data: { x: '1' } }, [b]: { data: { y: '1' } } } } });
  // Stands in for a missing permission, which an administrator does not feel.
  const readdirSync = ((at: string, options: undefined) => {
    if (String(at).includes(a)) throw Object.assign(new Error('denied'), { code: 'EACCES' });
    return fs.readdirSync(at, options);
  }) as typeof fs.readdirSync;
  const view = { fs: { ...fs, readdirSync }, platform: process.platform, env: {}, home: '/', workspace: place.path };
  const [source] = legacySources({ ...view, root: path.join(place.path, 'data/workspace') });
  assert.deepEqual(source!.omitted, [
    { path: `backend/notebook_workspace/${a}`, reason: 'It cannot be read (EACCES).' },
  ]);
  assert.deepEqual(
    source!.entries.map(entry => entry.target),
    [`${b}/data/y`],
  );
});

test('stale metadata is told from a corrupt checkpoint, and both from missing parts', () => {
  const pickle = pickleDict({ n: 1 });
  const other = `{"checksum": "${'0'.repeat(64)}"}`;
  const early = '2026-01-01T00:00:00.000Z';
  const late = '2026-01-02T00:00:00.000Z';
  const messages = (state: Tree) => {
    const tree = { notebooks: { [`${a}.json`]: '{}' }, backend: { notebook_workspace: { [a]: { state } } } };
    return find(tree)[1]!
      .warnings.map(one => one.message)
      .join(' ');
  };
  const newer = file(pickle, { mtime: late });
  assert.match(messages({ 'checkpoint.pkl': newer, 'metadata.json': file(other, { mtime: early }) }), /is stale/);
  assert.match(messages({ 'checkpoint.pkl': newer, 'metadata.json': file(other, { mtime: '2026-01-03' }) }), /corrupt/);
  const cut = file(pickle.subarray(0, -1), { mtime: late });
  assert.match(messages({ 'checkpoint.pkl': cut, 'metadata.json': file(other, { mtime: early }) }), /corrupt/);
  assert.match(messages({ 'checkpoint.pkl': '', 'metadata.json': file(other, { mtime: early }) }), /corrupt/);
  assert.match(messages({ 'checkpoint.pkl': newer }), /no metadata/);
  assert.match(messages({ 'metadata.json': other }), /without a checkpoint/);
  assert.match(messages({ 'checkpoint.pkl': newer, 'metadata.json': '{' }), /not valid JSON/);
  assert.match(messages({ 'checkpoint.pkl': newer, 'metadata.json': '[]' }), /no checksum/);
});
