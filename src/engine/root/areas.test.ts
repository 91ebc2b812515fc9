import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { testContext } from '../../../test/fixtures/ports.ts';
import { link, makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { digitalArticle } from '../../profiles/digital-article/profile.ts';
import { areaInfos, areaOf } from './areas.ts';

const uuid = '7c0f2f5e-4a77-4b0c-9a3b-2f1f4e9a1c10';
const idOf = (path: string) => areaOf(digitalArticle, path)?.id;

test('the first area that fits a path owns it', () => {
  assert.equal(idOf(`notebooks/${uuid}.json`), 'sessions');
  assert.equal(idOf('user_settings/maria.json'), 'settings');
  assert.equal(idOf('personas/custom/maria/reviewer.json'), 'documents');
  assert.equal(idOf('traces/traces.jsonl'), 'traces');
  assert.equal(idOf('releases/2026/v1.tar'), 'releases');
  assert.equal(idOf(`${uuid}/state/checkpoint.pkl`), 'state');
  assert.equal(idOf(`${uuid}/data/a.csv`), 'uploads');
  assert.equal(idOf(`${uuid}/made by a cell.csv`), 'uploads');
  assert.equal(idOf(`${uuid.toUpperCase()}/state/metadata.json`), 'state');
  assert.equal(idOf('not-a-uuid/state/x'), undefined);
  assert.equal(idOf('note.txt'), undefined);
});

test('names with dots, line breaks, brackets and bytes that are no UTF-8', () => {
  for (const name of ['.hidden', 'two\nlines', '[a]{b,c}', '*', 'a\udc80b', '😀', '.git/config', '\\']) {
    assert.equal(idOf(`${uuid}/data/${name}`), 'uploads', name);
    assert.equal(idOf(`user_settings/${name}`), 'settings', name);
  }
});

test('counts regular files and their bytes, and follows no link', { skip: process.platform === 'win32' }, () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    outside: { big: 'x'.repeat(1000) },
    root: {
      '.holdfast': { packs: { a: 'not counted' } },
      [uuid]: { data: { 'two\nlines': '1234', 'a\udc80b': '12', toFile: link('../../../outside/big'), 'ü.csv': '1' } },
      user_settings: { 'm.json': '{}', away: link('../../outside') },
      'loose.txt': '123',
      empty: {},
    },
  });
  execFileSync('mkfifo', [`${place.path}/root/pipe`]);
  const context = testContext(place.path, { profileFlag: 'digital-article', rootFlag: 'root' });
  const counted = areaInfos(context).filter(area => area.files > 0);
  assert.deepEqual(counted, [
    { id: 'settings', title: 'User settings', secret: true, files: 1, bytes: 2 },
    { id: 'uploads', title: 'Uploads and results', secret: false, files: 3, bytes: 7 },
    { id: 'other', title: 'Other files', secret: false, files: 1, bytes: 3 },
  ]);
});
