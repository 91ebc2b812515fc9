import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { docoIds as ids } from '../../../test/fixtures/doco.ts';
import { makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { sourcesIn, viewOf } from './test-support.ts';

test('data directories stay whole: the first becomes the root, that of the tests and others have their own place', () => {
  using place = temporaryDirectory();
  const one: Tree = { sessions: { [`${ids.plain}.json`]: '{}' }, storage: { 'metadata.json': '{}' } };
  makeTree(place.path, {
    data: one,
    old: one,
    'o ld': one,
    test: { data: one },
    storage: { 'a.png': '1' },
    images: { 'b.png': '1' },
  });
  const env = {
    DOCO_DATA_DIR: 'old',
    GOFR_DOC_DATA: 'o ld',
    GOFR_DOC_STORAGE_DIR: 'storage',
    GOFR_DOC_IMAGES_DIR: 'images',
  };
  const targets = (root: string, env: Record<string, string>) => {
    const { moves } = sourcesIn(viewOf(place.path, root, env));
    return Object.fromEntries(
      Object.entries(moves)
        .filter(([source]) => /metadata\.json|png$/.test(source))
        .map(([source, target]) => [source, target]),
    );
  };
  assert.deepEqual(targets('new', env), {
    'old/storage/metadata.json': 'storage/metadata.json',
    'o ld/storage/metadata.json': 'earlier/o-ld/storage/metadata.json',
    'data/storage/metadata.json': 'earlier/data/storage/metadata.json',
    'test/data/storage/metadata.json': 'test/storage/metadata.json',
    'storage/a.png': 'earlier/storage/storage/a.png',
    'images/b.png': 'earlier/images/images/b.png',
  });
  assert.deepEqual(targets('data', { GOFR_DOC_STORAGE_DIR: path.join(place.path, 'data/storage') }), {
    'test/data/storage/metadata.json': 'test/storage/metadata.json',
  });
  assert.deepEqual(targets('test/data', {}), { 'data/storage/metadata.json': 'prod/storage/metadata.json' });
  const whole = sourcesIn(viewOf(place.path, 'new', { DOCO_DATA_DIR: '.' }));
  assert.match(whole.omitted[place.path]!, /holds the workspace itself/);
});

test('a backup that lies in a data directory stays there, and its digest beside it', () => {
  using place = temporaryDirectory();
  const name = 'doc_monthly_20260101_040000.tar';
  makeTree(place.path, {
    data: { [name]: '', [`${name}.sha256`]: '', backups: { 'manifest.json': '{}', 'x.txt': '' } },
  });
  const { moves, omitted } = sourcesIn(viewOf(place.path, 'new'));
  assert.deepEqual(moves, {});
  const expected = [`data/${name}`, `data/${name}.sha256`, 'data/backups/manifest.json', 'data/backups/x.txt'];
  assert.deepEqual(Object.keys(omitted).sort(), expected.sort());
});
