import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  type AtlasState,
  atlasDirectory,
  atlasStateFile,
  atlasStates,
  atlasWritten,
  atlasWrittenSwift,
  makeAtlas,
} from '../../../test/fixtures/atlas.ts';
import { file, link, makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import type { ProfileView } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { atlas } from './profile.ts';
import { upgradeState } from './upgrade.ts';

const posix = { skip: process.platform === 'win32' };

function viewOf(place: string, env: Record<string, string> = {}, root = 'data/workspace'): ProfileView {
  const home = path.join(place, 'home');
  return { fs, platform: process.platform, env, home, workspace: place, root: path.join(place, root) };
}

function sourcesIn(view: ProfileView) {
  const relative = (absolute: string) => path.relative(view.workspace, absolute).split(path.sep).join('/');
  const sources = legacySources(view);
  const entries = sources.flatMap(source => source.entries);
  assert.equal(new Set(entries.map(entry => entry.target)).size, entries.length, 'every entry has a place of its own');
  return {
    sources,
    entries,
    ids: sources.map(source => source.id),
    moves: Object.fromEntries(entries.map(entry => [relative(entry.source), entry.target])),
    notes: Object.fromEntries(entries.flatMap(entry => (entry.note ? [[relative(entry.source), entry.note]] : []))),
    omitted: Object.fromEntries(sources.flatMap(source => source.omitted.map(one => [one.path, one.reason]))),
    warnings: sources.flatMap(source => source.warnings.map(one => `${one.path}: ${one.message}`)),
  };
}

test('the sample: the state file is upgraded, left-overs are kept, the preferences are named', () => {
  using place = temporaryDirectory();
  const { state } = makeAtlas(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const view = viewOf(place.path);
  const { entries, moves, notes, omitted, ids, warnings } = sourcesIn(view);
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.equal(atlas.detect(view), true);
  assert.deepEqual(ids, [atlasDirectory, 'Library/Preferences']);
  assert.deepEqual(moves, {
    [atlasStateFile]: 'workspace-state.json',
    [`${atlasDirectory}/.dat.nosync01a2.Xy3z`]: '.dat.nosync01a2.Xy3z',
  });
  assert.match(notes[atlasStateFile]!, /^Legacy shape: .*envelope.*, 3 recovery payloads of V1\.0\.2 unwrapped\.$/);
  assert.match(notes[`${atlasDirectory}/.dat.nosync01a2.Xy3z`]!, /interrupted/);
  assert.deepEqual(Object.keys(omitted), ['Library/Preferences/com.atlasformac.app.plist']);
  const [, upgrade] = [...entries].map(entry => entry.upgrade);
  assert.equal(upgrade?.schema, 'atlas.workspace-state/1');
  assert.deepEqual(upgrade?.apply(state, []), upgradeState(state, atlasWrittenSwift).bytes);
  assert.match(warnings.join('\n'), /1 of 3 recovery items expire \(2023-01-01T00:00:00\.500Z\): they are kept/);
  assert.match(warnings.join('\n'), /1 recovery items name files in the Trash/);
  assert.doesNotMatch(warnings.join('\n'), /do not understand/);
});

test('every state is upgraded, or copied as it is with the reason', () => {
  const upgraded: AtlasState[] = ['legacy top level', 'wrapped payloads in the envelope', 'a key __proto__'];
  const good: AtlasState[] = ['envelope', 'older app payload', 'unknown keys and values'];
  for (const [name, bytes] of Object.entries(atlasStates)) {
    using place = temporaryDirectory();
    makeAtlas(place.path, { state: name as AtlasState });
    const { entries, moves, notes, warnings } = sourcesIn(viewOf(place.path));
    assert.equal(moves[atlasStateFile], 'workspace-state.json', name);
    const entry = entries.find(one => one.target === 'workspace-state.json')!;
    assert.equal(entry.upgrade !== undefined, upgraded.includes(name as AtlasState), name);
    if (entry.upgrade) {
      assert.notDeepEqual(entry.upgrade.apply(bytes, []), bytes);
      continue;
    }
    if (good.includes(name as AtlasState)) assert.equal(notes[atlasStateFile], undefined, name);
    else {
      assert.match(notes[atlasStateFile]!, /(Kept as it is|left as it is)/, name);
      assert.ok(warnings.includes(`${atlasStateFile}: ${notes[atlasStateFile]}`), name);
    }
  }
});

test('values that the program does not know are named by their place, never by their content', () => {
  using place = temporaryDirectory();
  makeAtlas(place.path, { state: 'unknown keys and values' });
  const { warnings } = sourcesIn(viewOf(place.path));
  assert.match(warnings.join('\n'), /\(snapshot\.taskRuns\.0\.kind\): such a version would replace the whole file/);
  assert.ok(!warnings.join().includes('teleport'));
});

test('of several places the one that the program reads becomes the state, the others are set aside', () => {
  using place = temporaryDirectory();
  const state = (name: AtlasState) => file(atlasStates[name], { mtime: atlasWritten });
  makeAtlas(place.path, {
    further: {
      home: { Library: { 'Application Support': { AtlasForMac: { 'workspace-state.json': state('envelope') } } } },
      elsewhere: { 'my.json': state('older app payload'), 'my.json.bak': '1', 'not ours.txt': '1' },
      dir: { 'workspace-state.json': state('schema version 2'), 'not ours.txt': '1' },
    },
  });
  const env = { ATLAS_STATE_FILE: 'elsewhere/my.json', ATLAS_STATE_DIR: path.join(place.path, 'dir') };
  const all = sourcesIn(viewOf(place.path, env));
  assert.deepEqual(all.moves, {
    'elsewhere/my.json': 'workspace-state.json',
    'elsewhere/my.json.bak': 'my.json.bak',
    'dir/workspace-state.json': 'earlier/state-dir/workspace-state.json',
    [`home/${atlasStateFile}`]: 'earlier/home/workspace-state.json',
    [atlasStateFile]: 'earlier/workspace/workspace-state.json',
    [`${atlasDirectory}/.dat.nosync01a2.Xy3z`]: 'earlier/workspace/.dat.nosync01a2.Xy3z',
  });
  assert.ok(all.entries.find(entry => entry.target === 'earlier/workspace/workspace-state.json')?.upgrade);
  assert.match(all.warnings.join('\n'), /does not read this file: elsewhere\/my\.json comes first/);
  assert.equal(
    sourcesIn(viewOf(place.path, { ATLAS_STATE_FILE: ' ' })).moves[`home/${atlasStateFile}`],
    'workspace-state.json',
  );
});

test('the root is no source; where a migration left a link, the rank of the others stays', posix, () => {
  using place = temporaryDirectory();
  const further: Tree = {
    root: { 'workspace-state.json': atlasStates.envelope },
    home: {
      Library: {
        'Application Support': {
          AtlasForMac: { 'workspace-state.json': link('../../../../root/workspace-state.json') },
        },
      },
    },
  };
  makeAtlas(place.path, { further });
  const { moves, omitted } = sourcesIn(viewOf(place.path, { ATLAS_STATE_DIR: 'root' }, 'root'));
  assert.deepEqual(moves, {
    [atlasStateFile]: 'earlier/workspace/workspace-state.json',
    [`${atlasDirectory}/.dat.nosync01a2.Xy3z`]: 'earlier/workspace/.dat.nosync01a2.Xy3z',
  });
  assert.equal(omitted[`home/${atlasStateFile}`], 'A link into the root.');
  const back = sourcesIn(viewOf(place.path, { ATLAS_STATE_DIR: 'root' }));
  assert.equal(back.moves['root/workspace-state.json'], 'workspace-state.json', 'the root of before is a source');
});

test('links stay links, special files are named, nothing else where a variable points is touched', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, { dir: { 'workspace-state.json': link('/etc/hostname'), other: { x: '1' } } });
  execFileSync('mkfifo', [`${place.path}/dir/workspace-state.json.pipe`]);
  const { moves, notes, omitted } = sourcesIn(viewOf(place.path, { ATLAS_STATE_DIR: 'dir' }));
  assert.deepEqual(moves, { 'dir/workspace-state.json': 'workspace-state.json' });
  assert.match(notes['dir/workspace-state.json']!, /A link/);
  assert.deepEqual(omitted, { 'dir/workspace-state.json.pipe': 'It is a named pipe, not a file with contents.' });
});

test('what cannot be read is kept by name, and the rest goes on', () => {
  using place = temporaryDirectory();
  makeAtlas(place.path);
  // Stands in for a missing permission, which an administrator does not feel.
  const readFileSync = ((at: string, options: undefined) => {
    if (String(at).endsWith('workspace-state.json')) throw Object.assign(new Error('denied'), { code: 'EACCES' });
    return fs.readFileSync(at, options);
  }) as typeof fs.readFileSync;
  const { moves, notes } = sourcesIn({ ...viewOf(place.path), fs: { ...fs, readFileSync } });
  assert.equal(moves[atlasStateFile], 'workspace-state.json');
  assert.equal(notes[atlasStateFile], 'It cannot be read (EACCES).');
});

test('sessions: the state that the program reads, then those set aside', () => {
  using place = temporaryDirectory();
  makeAtlas(place.path, { state: 'envelope' });
  const view = viewOf(place.path);
  const [legacy, ...none] = atlas.sessionLocations(view);
  assert.deepEqual([legacy, none], [{ path: path.join(place.path, atlasStateFile), legacy: true }, []]);
  assert.deepEqual(atlas.readSession(legacy!.path, atlasStates.envelope), {
    id: 'workspace-state',
    title: 'Atlas workspace',
    description: '1 runs, 5 recovery items, 1 apps',
    owner: '',
    updatedAt: '2026-03-14T08:00:00.250Z',
  });
  makeTree(view.root, { 'workspace-state.json': '{}', earlier: { home: { 'workspace-state.json': '{}' }, none: {} } });
  assert.deepEqual(atlas.sessionLocations(view), [
    { path: 'workspace-state.json', legacy: false },
    { path: 'earlier/home/workspace-state.json', legacy: false },
  ]);
  assert.equal(atlas.readSession('earlier/home/workspace-state.json', atlasStates.envelope).id, 'workspace-state-home');
  for (const name of ['truncated', 'empty', 'a list', 'too deep', 'neither shape'] as const)
    assert.throws(() => atlas.readSession('workspace-state.json', atlasStates[name]), /./, name);
});

test('is recognised by its state and its code, wherever a variable or the home directory leads', () => {
  const detects = (tree: Tree, env: Record<string, string> = {}) => {
    using place = temporaryDirectory();
    makeTree(place.path, tree);
    return atlas.detect(viewOf(place.path, env, '.'));
  };
  assert.equal(detects({}), false);
  assert.equal(detects({ Library: { Preferences: {} } }), false);
  assert.equal(detects({ Packages: { AtlasInfrastructure: {} } }), true);
  assert.equal(detects({ a: { 'x.json': '' } }, { ATLAS_STATE_FILE: 'a/x.json' }), true);
  assert.equal(detects({ a: { 'workspace-state.json': '' } }, { ATLAS_STATE_DIR: 'a' }), true);
  assert.equal(detects({ a: {} }, { ATLAS_STATE_DIR: 'a' }), false);
  assert.equal(detects({}, { ATLAS_STATE_DIR: `$${'{env:NOWHERE}'}/a` }), false);
  const inHome = { Library: { 'Application Support': { AtlasForMac: { 'workspace-state.json': '' } } } };
  assert.equal(detects({ home: inHome }), true);
});
