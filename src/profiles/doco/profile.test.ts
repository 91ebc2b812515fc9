import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { docoIds as ids, makeDoco } from '../../../test/fixtures/doco.ts';
import { makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { areaOf } from '../../engine/root/areas.ts';
import { doco } from './profile.ts';
import { viewOf } from './test-support.ts';

test('the areas of the root, the same in every data directory', () => {
  const area = (at: string) => areaOf(doco, at)?.id;
  for (const prefix of ['', 'test/', 'prod/', 'earlier/old/']) {
    assert.equal(area(`${prefix}auth/tokens.json`), 'auth');
    assert.equal(area(`${prefix}sessions/a.json`), 'sessions');
    assert.equal(area(`${prefix}storage/session_a/metadata.json`), 'sessions');
    assert.equal(area(`${prefix}storage/a.png`), 'uploads');
    assert.equal(area(`${prefix}storage/metadata.json`), 'uploads');
    assert.equal(area(`${prefix}storage/public/a.json`), 'documents');
    assert.equal(area(`${prefix}docs/templates/g/a.yaml`), 'settings');
  }
  assert.equal(area('anywhere/gofr-doc_tokens.json'), 'auth');
  assert.equal(area('notes.txt'), undefined);
});

test('sessions of both layouts and all places, each once; what is none says why', () => {
  using place = temporaryDirectory();
  makeDoco(place.path);
  const view = viewOf(place.path, 'new');
  const locations = doco.sessionLocations(view);
  const read = (at: string) => doco.readSession(at, fs.readFileSync(at));
  assert.ok(locations.every(location => location.legacy && path.isAbsolute(location.path)));
  const found = locations.map(location => path.basename(location.path, '.json'));
  assert.equal(found.length, 7 + 3 + 1, 'session files, documented ones that have no such file, and that of the tests');
  const at = (name: string) => locations.find(location => location.path.includes(name))!.path;
  assert.deepEqual(read(at(ids.aliased)), {
    id: ids.aliased,
    title: 'weekly-note',
    description: 'Template basic_report',
    owner: 'research',
    createdAt: '2026-02-20T10:01:57.004Z',
    updatedAt: '2026-02-20T10:02:33.118Z',
  });
  assert.equal(read(at(ids.early)).title, 'Week 9');
  assert.equal(read(at(ids.nan)).title, 'basic_report');
  assert.deepEqual([read(at(ids.documented)).id, read(at(ids.documented)).owner], [ids.documented, 'research']);
  assert.throws(() => read(at(ids.groupless)), /no group/);
  assert.throws(() => read(at(ids.empty)), /empty/);
  makeTree(view.root, {
    sessions: { [`${ids.aliased}.json`]: '{}', 'x.json': '' },
    test: { sessions: { [`${ids.test}.json`]: '{}' } },
  });
  assert.deepEqual(doco.sessionLocations(view).slice(0, 2), [
    { path: `sessions/${ids.aliased}.json`, legacy: false },
    { path: `test/sessions/${ids.test}.json`, legacy: false },
  ]);
  assert.equal(doco.sessionLocations(view).length, locations.length);
});

test('is recognised by what it leaves, and by nothing that others leave too', () => {
  const detects = (tree: Tree) => {
    using place = temporaryDirectory();
    makeTree(place.path, tree);
    return doco.detect(viewOf(place.path, '.'));
  };
  assert.equal(detects({}), false);
  assert.equal(detects({ data: { sessions: { 'a.json': '{}' }, storage: {} } }), false);
  assert.equal(detects({ logs: { 'other_tokens.json': '{}' }, sessions: {}, data: 'a file' }), false);
  assert.equal(detects({ app: { management: { 'storage_manager.py': '' } } }), true);
  assert.equal(detects({ logs: { 'gofr_doc_tokens.json': '{}' } }), true);
  assert.equal(detects({ data: { storage: { [`session_${ids.plain}`]: {} } } }), true);
  assert.equal(detects({ test: { data: { sessions: { [`${ids.plain}.json`]: '{}' } } } }), true);
  assert.equal(detects({ data: { storage: { 'metadata.json': '{}' } } }), true);
});
