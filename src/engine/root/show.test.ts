import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../../test/fixtures/digital-article.ts';
import { testContext, testPorts } from '../../../test/fixtures/ports.ts';
import { makeTree, readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { RootInfo } from '../../protocol/root.ts';
import { listLog } from '../audit/log.ts';
import { HoldfastError } from '../errors.ts';
import { initRoot } from './init.ts';
import { showRoot } from './show.ts';

test('shows the root of the sample and what its areas hold, and changes nothing', () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const info = RootInfo.parse(showRoot(testPorts(), { workspace: place.path }));
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.equal(info.root, path.join(place.path, 'data', 'workspace'));
  assert.deepEqual(info.source, { kind: 'config', name: 'config.json: paths.workspace_dir', value: 'data/workspace' });
  assert.deepEqual([info.exists, info.writable, info.rootId], [true, true, null]);
  const files = Object.fromEntries(info.areas.map(area => [area.id, area.files]));
  assert.deepEqual(files, { sessions: 0, settings: 1, documents: 0, traces: 0, releases: 0, state: 0, uploads: 4 });
  assert.deepEqual(
    info.areas.filter(area => area.secret).map(area => area.id),
    ['settings'],
  );
});

test('a root that does not exist yet has no files and no id', () => {
  using place = temporaryDirectory();
  const info = RootInfo.parse(showRoot(testPorts(), { workspace: place.path }));
  assert.deepEqual([info.exists, info.writable, info.rootId], [false, true, null]);
  assert.deepEqual(info.areas, [{ id: 'documents', title: 'Documents', secret: false, files: 0, bytes: 0 }]);
  assert.deepEqual(readTree(place.path), {});
});

test('an unusable root is an error that still explains', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { state: 'a file' });
  assert.throws(
    () => showRoot(testPorts({ env: { HOLDFAST_ROOT: 'state' } }), { workspace: place.path }),
    error =>
      HoldfastError.is(error, 'ROOT_UNUSABLE') && (error.details as RootInfo).candidates[4]?.status === 'invalid',
  );
});

test('init makes root and vault once, privately, and writes it down', () => {
  using place = temporaryDirectory();
  const context = testContext(place.path);
  const first = initRoot(context);
  assert.equal(first.created, true);
  assert.deepEqual(initRoot(context), { ...first, created: false });
  assert.equal(showRoot(testPorts(), { workspace: place.path }).rootId, first.rootId);
  assert.deepEqual(
    listLog(context).entries.map(entry => [entry.action, entry.target, entry.actor]),
    [['root.init', first.rootId, 'tester']],
  );
  if (process.platform !== 'win32') assert.equal(fs.statSync(path.join(first.root, '.holdfast')).mode & 0o777, 0o700);
});

test('init leaves what is in the root as it is', () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path);
  const before = readTree(place.path);
  initRoot(testContext(place.path));
  assert.deepEqual(readTree(place.path, { except: ['data/workspace/.holdfast'] }), before);
});
