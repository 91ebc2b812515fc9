import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../errors.ts';
import { effectiveSettings, readWorkspaceSettings, settingLayers } from './settings.ts';

const surroundings = { workspace: path.resolve('/work/app'), home: path.resolve('/home/maria'), env: {} };
const invalid = (part: RegExp) => (error: unknown) =>
  HoldfastError.is(error, 'INVALID_CONFIG') && part.test(error.message);

test('reads the settings of a folder as VS Code does: comments, trailing commas, byte order mark', () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    '.vscode': {
      'settings.json':
        '\ufeff{\n // ours\n "holdfast.root": "state", /* theirs */ "editor.tabSize": 2,\n "holdfast.exclude": ["*.log",],\n}',
    },
  });
  assert.deepEqual(readWorkspaceSettings(fs, place.path), { root: 'state', exclude: ['*.log'] });
});

test('no settings file and an empty one both set nothing', () => {
  using place = temporaryDirectory();
  assert.deepEqual(readWorkspaceSettings(fs, place.path), {});
  makeTree(place.path, { '.vscode': { 'settings.json': '' } });
  assert.deepEqual(readWorkspaceSettings(fs, place.path), {});
});

test('a broken settings file is an error with the line, without its text', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { '.vscode': { 'settings.json': '{\n "api.key": "hush",\n "holdfast.root": \n}' } });
  assert.throws(
    () => readWorkspaceSettings(fs, place.path),
    error => invalid(/line 4/)(error) && !String(error).includes('hush'),
  );
  makeTree(place.path, { '.vscode': { 'settings.json': '[]' } });
  assert.throws(() => readWorkspaceSettings(fs, place.path), invalid(/object/));
});

test('folder over workspace over user over default; unknown and empty settings do not matter', () => {
  const layers = settingLayers(
    { autosaveDelay: 1, future: { anything: true } },
    { workspace: { autosaveDelay: 2, watch: false }, user: { watch: true, backupDirectory: '~/backups', profile: '' } },
  );
  assert.deepEqual(effectiveSettings(layers, true, surroundings), {
    profile: undefined,
    backupDirectory: path.resolve('/home/maria/backups'),
    watch: false,
    autosaveDelay: 1,
    snapshotBeforeRestore: true,
    snapshotBeforeMigrate: true,
    retention: {},
    sessionLimit: 64 * 1024 * 1024,
    exclude: [],
    sidecarUrl: undefined,
  });
});

test('a workspace that is not trusted does not say where data goes', () => {
  const own = { profile: 'p', backupDirectory: '/x', exclude: ['**'], 'sidecar.url': 'http://x', autosaveDelay: 7 };
  const settings = effectiveSettings(settingLayers(own, { user: { exclude: ['*.log'] } }), false, surroundings);
  const { profile, backupDirectory, exclude, sidecarUrl, autosaveDelay } = settings;
  assert.deepEqual(
    { profile, backupDirectory, exclude, sidecarUrl, autosaveDelay },
    { profile: undefined, backupDirectory: undefined, exclude: ['*.log'], sidecarUrl: undefined, autosaveDelay: 7 },
  );
});

test('a setting of the wrong type is named', () => {
  const effective = (own: Record<string, unknown>) => effectiveSettings(settingLayers(own, {}), true, surroundings);
  assert.throws(() => effective({ watch: 'yes' }), invalid(/holdfast\.watch/));
  assert.throws(() => effective({ exclude: ['a', 3] }), invalid(/holdfast\.exclude\.1/));
  assert.throws(() => effective({ autosaveDelay: -1 }), invalid(/holdfast\.autosaveDelay/));
});

test("what a window repeats of the folder's settings counts once", () => {
  assert.deepEqual(settingLayers({ root: 'a', exclude: ['x'] }, { workspace: { root: 'b', exclude: ['x'] } }), {
    folder: { root: 'a', exclude: ['x'] },
    workspace: { root: 'b' },
    user: {},
  });
});
