import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../../test/fixtures/digital-article.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { link, makeTree, readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { SessionList } from '../../protocol/sessions.ts';
import { HoldfastError } from '../errors.ts';
import { listSessions } from './list.ts';
import { readSession, showSession } from './show.ts';

test('lists the notebooks of the sample, last changed first, with title and hash', async () => {
  using place = temporaryDirectory();
  const sample = makeDigitalArticle(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const context = testContext(place.path);
  const { sessions, total, nextCursor } = SessionList.parse(await listSessions(context, {}));
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.deepEqual([total, nextCursor], [4, null]);
  assert.deepEqual(
    sessions.map(session => session.title),
    [2, 0, 1, 3].map(index => sample.notebooks[index]!.title),
  );
  const bytes = fs.readFileSync(`${place.path}/data/notebooks/${sample.good}.json`);
  assert.deepEqual(sessions[1], {
    id: sample.good,
    title: 'Enzyme kinetics of wild-type and mutant',
    description: 'Michaelis-Menten fits for four variants',
    owner: 'Maria Keller',
    template: null,
    version: 1,
    contentHash: createHash('sha256').update(bytes).digest('hex'),
    createdAt: '2026-01-14T09:12:44.120Z',
    updatedAt: '2026-01-30T18:04:11.000Z',
    bytes: bytes.length,
    location: `data/notebooks/${sample.good}.json`,
    legacy: true,
    unsaved: false,
  });
});

test('pages, sorts and filters', async () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path, { notebooks: 25 });
  const context = testContext(place.path);
  const first = await listSessions(context, {});
  assert.deepEqual([first.sessions.length, first.total], [20, 25]);
  assert.equal((await listSessions(context, { cursor: first.nextCursor! })).sessions.length, 5);
  const titles = (await listSessions(context, { sort: 'title', filter: 'PLATE 7' })).sessions.map(
    session => session.title,
  );
  assert.equal(titles.length, 6);
  assert.deepEqual(titles, [...titles].sort());
});

test('a notebook in the root hides the legacy one of the same name', async () => {
  using place = temporaryDirectory();
  const { good } = makeDigitalArticle(place.path);
  const legacy = fs.readFileSync(`${place.path}/data/notebooks/${good}.json`, 'utf8');
  makeTree(`${place.path}/data/workspace`, {
    notebooks: { [`${good}.json`]: legacy.replace('Enzyme', 'Moved enzyme') },
  });
  const context = testContext(place.path);
  assert.equal((await listSessions(context, {})).total, 4);
  const session = await showSession(context, good);
  assert.match(session.title, /^Moved/);
  assert.deepEqual([session.legacy, session.location], [false, `notebooks/${good}.json`]);
});

test('what cannot be read is listed as broken and stays as it is', { skip: process.platform === 'win32' }, async () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path, { notebooks: 1 });
  makeTree(`${place.path}/data/notebooks`, {
    'cut.json': '{"cells": [',
    'empty.json': '',
    'away.json': link('/etc/passwd'),
    'folder.json': {},
    'notes.txt': 'no notebook',
  });
  const context = testContext(place.path);
  const { sessions } = SessionList.parse(await listSessions(context, { sort: 'title' }));
  assert.deepEqual(
    sessions.map(session => [session.title, session.broken?.split('.')[0]]),
    [
      ['away.json', 'It is not a regular file'],
      ['cut.json', 'Not a notebook: it is not valid JSON (line 1: close bracket expected)'],
      ['empty.json', 'Not a notebook: it is empty (0 bytes)'],
      ['Enzyme kinetics of wild-type and mutant', undefined],
      ['folder.json', 'It is not a regular file'],
    ],
  );
  assert.equal((await readSession(context, 'cut')).toString(), '{"cells": [');
});

test('finds one by id, prefix, title and latest', async () => {
  using place = temporaryDirectory();
  const sample = makeDigitalArticle(place.path);
  const context = testContext(place.path);
  const { id, title } = sample.notebooks[3]!;
  for (const reference of [id, id.slice(0, 6), title, 'latest'])
    assert.equal((await showSession(context, reference)).id, id);
  assert.equal(JSON.parse((await readSession(context, id)).toString()).title, title);
  await assert.rejects(
    () => showSession(context, 'nothing'),
    error => HoldfastError.is(error, 'NOT_FOUND'),
  );
});
