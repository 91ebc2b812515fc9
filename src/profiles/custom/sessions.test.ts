import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testContext } from '../../../test/fixtures/ports.ts';
import { file, makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { listSessions } from '../../engine/sessions/list.ts';
import { readSession } from './sessions.ts';

const keys = {
  files: ['sessions/**/*.json'],
  id: ['meta', 'id'],
  title: ['meta', 'name'],
  description: ['about'],
  owner: ['meta', 'owner'],
  createdAt: ['created'],
  updatedAt: ['updated'],
};

function factsOf(value: unknown, name = 'a/one.json') {
  return readSession(keys, name, Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
}

test('a session says what its keys lead to', async () => {
  const facts = factsOf({
    meta: { id: 42, name: 'Täglich', owner: 'Kim' },
    about: 'words',
    created: '2026-01-14T09:12:44+01:00',
    updated: 1_770_000_000,
  });
  assert.deepEqual(facts, {
    id: '42',
    title: 'Täglich',
    description: 'words',
    owner: 'Kim',
    createdAt: '2026-01-14T08:12:44.000Z',
    updatedAt: '2026-02-02T02:40:00.000Z',
  });
});

test('what is missing or of another kind is not made up', async () => {
  const bare = { id: 'one', title: 'one.json', description: '', owner: '' };
  for (const value of [{}, { meta: 'text' }, { meta: [1] }, { meta: { name: {} }, created: true }]) {
    assert.deepEqual(factsOf(value), bare);
  }
  assert.deepEqual(factsOf('{"__proto__": {"meta": {"name": "x"}}, "meta": {"__proto__": {"name": "x"}}}'), bare);
});

test('times are read as programs write them, without a zone as UTC', async () => {
  const at = (created: unknown) => factsOf({ created }).createdAt;
  for (const same of [
    '2026-01-14T09:12:44Z',
    '2026-01-14 09:12:44',
    '2026-01-14t10:12:44+0100',
    '2026-01-14T09:12:44.000000',
    1_768_381_964,
    1_768_381_964_000,
  ]) {
    assert.equal(at(same), '2026-01-14T09:12:44.000Z', String(same));
  }
  assert.equal(at('2026-01-14'), '2026-01-14T00:00:00.000Z');
  for (const none of ['report 1', '14.1.2026', '2026-13-01', '', null, 1e300]) assert.equal(at(none), undefined);
});

test('what programs write beside the standard is read; what is no session is said', async () => {
  assert.equal(factsOf('\ufeff{"meta": {"name": "with a mark"}}').title, 'with a mark');
  assert.equal(factsOf('{"rate": NaN, "meta": {"name": "NaN"}}').title, 'NaN');
  const not: [string, RegExp][] = [
    ['', /it is empty/],
    ['[1]', /it is not an object/],
    ['{"a": "CANARY', /it is not valid JSON \(line 1/],
    ['['.repeat(100_000), /nested deeper/],
  ];
  for (const [text, reason] of not) {
    assert.throws(
      () => factsOf(text),
      error => reason.test(String(error)) && !String(error).includes('CANARY'),
    );
  }
});

test('lists sessions of the root and of legacy places, none of a secret area', async () => {
  using place = temporaryDirectory();
  const session = (name: string) => JSON.stringify({ meta: { name } });
  makeTree(place.path, {
    'holdfast.profile.json': JSON.stringify({
      id: 'mine',
      title: 'Mine',
      areas: [
        { id: 'keys', title: 'Keys', secret: true, globs: ['sessions/private/**'] },
        { id: 'sessions', title: 'Sessions', globs: ['sessions/**'] },
      ],
      legacy: [{ id: 'old', title: 'Old', path: 'old', to: 'sessions' }],
      sessions: { files: keys.files, title: keys.title },
    }),
    old: {
      'here.json': file(session('Old words'), { mtime: '2026-01-01T00:00:00Z' }),
      'only.json': file(session('Only there'), { mtime: '2026-01-02T00:00:00Z' }),
      'notes.txt': 'x',
      private: { 'key.json': session('Secret') },
    },
  });
  const listed = async () =>
    (await listSessions(testContext(place.path), { sort: 'title' })).sessions.map(({ title, location, legacy }) => [
      title,
      location,
      legacy,
    ]);
  assert.deepEqual(await listed(), [
    ['Old words', 'old/here.json', true],
    ['Only there', 'old/only.json', true],
  ]);
  makeTree(`${place.path}/data/workspace`, {
    sessions: { 'here.json': session('New words'), 'cut.json': '{', private: { 'key.json': session('Secret') } },
  });
  assert.deepEqual(await listed(), [
    ['cut.json', 'sessions/cut.json', false],
    ['New words', 'sessions/here.json', false],
    ['Only there', 'old/only.json', true],
  ]);
});
