import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { docoIds as ids, makeDoco } from '../../../test/fixtures/doco.ts';
import { link, makeTree, readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { legacySources } from './legacy.ts';
import { doco } from './profile.ts';
import { sourcesIn, viewOf } from './test-support.ts';

const posix = { skip: process.platform === 'win32' };

const backups = [
  'backups/daily/doc_daily_20260219_020000.tar',
  'backups/daily/doc_daily_20260219_020000.tar.sha256',
  'backups/daily/doc_daily_20260220_020000.tar',
  'backups/manifest.json',
  'backups/weekly/doc_weekly_20260215_030000.tar.gz',
  'doco_sessions_backup_20251201.tar.gz',
];

test('every file of the sample goes where it belongs, into a session, or is left out with a reason', () => {
  using place = temporaryDirectory();
  makeDoco(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const { moves, notes, omitted, used, ids: sources } = sourcesIn(viewOf(place.path, 'elsewhere'));
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.equal(doco.detect(viewOf(place.path, '.')), true);
  assert.deepEqual(sources, ['data', 'test/data', 'logs', 'backups', 'backups beside the code']);

  const broken = `storage/session_${ids.broken}`;
  const both = `storage/session_${ids.both}`;
  const same = [
    ...['aliased', 'plain', 'early', 'groupless', 'empty', 'nan', 'both'].map(
      name => `sessions/${ids[name as keyof typeof ids]}.json`,
    ),
    'sessions/metadata.json',
    `sessions/${ids.plain}.json~`,
    'storage/metadata.json',
    `storage/${ids.listed}.png`,
    `storage/${ids.unlisted}.svg`,
    `storage/research/${ids.rendered}.json`,
    `storage/public/${ids.renderedPublic}.json`,
    'storage/public/metadata.json',
    `storage/public/${ids.legacyBlob}.png`,
    `storage/public/${ids.unlisted}.pdf`,
    'storage/broken/metadata.json',
    `storage/broken/${ids.listed}.png`,
    'storage/zero/metadata.json',
    `storage/session_${ids.documented}/draft.html`,
    ...['metadata.json', 'parameters.json', 'fragments.json'].flatMap(name => [`${broken}/${name}`, `${both}/${name}`]),
    'auth/tokens.json',
    'auth/groups.json',
    'images/logo.png',
    'docs/templates/research/basic_report.yaml',
    'notes.txt',
  ];
  assert.deepEqual(moves, {
    ...Object.fromEntries(same.map(at => [`data/${at}`, at])),
    [`data/storage/session_${ids.documented}/metadata.json`]: `sessions/${ids.documented}.json`,
    [`data/storage/session_${ids.bare}/metadata.json`]: `sessions/${ids.bare}.json`,
    [`test/data/sessions/${ids.test}.json`]: `test/sessions/${ids.test}.json`,
    'test/data/storage/metadata.json': 'test/storage/metadata.json',
    [`test/data/storage/public/${ids.rendered}.json`]: `test/storage/public/${ids.rendered}.json`,
    'test/data/auth/tokens.json': 'test/auth/tokens.json',
    'logs/doco_tokens.json': 'auth/doco_tokens.json',
    'logs/gofr_doc_tokens.json': 'auth/gofr_doc_tokens.json',
    'logs/gofr-doc_tokens.json': 'auth/gofr-doc_tokens.json',
  });
  const documented = `data/storage/session_${ids.documented}`;
  assert.deepEqual(used, [`${documented}/parameters.json`, `${documented}/fragments.json`]);
  assert.deepEqual(Object.keys(omitted).sort(), [...backups, 'data/storage/.prune_size.lock'].sort());
  assert.match(omitted['data/storage/.prune_size.lock']!, /A lock that a prune left behind/);
  assert.match(omitted['backups/daily/doc_daily_20260219_020000.tar']!, /stays outside the root/);
  const accounted = new Set([...Object.keys(moves), ...used, ...Object.keys(omitted)]);
  for (const [name, { type }] of Object.entries(before)) {
    const isState = !/^app\/|\.log$/.test(name);
    if (isState && type !== 'dir') assert.ok(accounted.has(name), name);
  }
  assert.match(notes['data/notes.txt']!, /Not known/);
  assert.match(notes[`data/sessions/${ids.plain}.json~`]!, /Left over/);
  assert.match(notes[`${documented}/metadata.json`]!, /become one session file/);
});

test('documented sessions are upgraded to what their three files hold', () => {
  using place = temporaryDirectory();
  makeDoco(place.path);
  const { entries } = sourcesIn(viewOf(place.path, 'elsewhere'));
  const upgraded = entries.filter(entry => entry.upgrade);
  assert.deepEqual(
    upgraded.map(entry => entry.target).sort(),
    [`sessions/${ids.bare}.json`, `sessions/${ids.documented}.json`].sort(),
  );
  const results = upgraded.map(({ source, upgrade }) => {
    assert.equal(upgrade!.schema, 'doco.session/1');
    const others = (upgrade!.with ?? []).map(file => fs.readFileSync(file));
    return JSON.parse(upgrade!.apply(fs.readFileSync(source), others).toString());
  });
  const documented = results.find(result => result.session_id === ids.documented);
  assert.deepEqual(documented.global_parameters.title, 'Woche 9 – 試験');
  assert.deepEqual(documented.fragments[0].parameters, { text: 'Hello é' });
  assert.deepEqual(
    results.find(result => result.session_id === ids.bare),
    {
      template_id: 'basic_report',
      session_id: ids.bare,
      group: 'unassigned',
      global_parameters: {},
      fragments: [],
      created_at: '2025-11-19T10:00:00.250000',
      updated_at: '2025-11-19T10:00:00.250000',
    },
  );
});

test('in the root itself only documented sessions count, and a second look finds the same', () => {
  using place = temporaryDirectory();
  makeDoco(place.path);
  const view = viewOf(place.path, 'data');
  const find = () => {
    const { sources, moves } = sourcesIn(view);
    assert.equal(sources[0]!.id, 'data');
    return Object.fromEntries(Object.entries(moves).filter(([source]) => source.startsWith('data/')));
  };
  const first = find();
  assert.deepEqual(first, {
    [`data/storage/session_${ids.documented}/metadata.json`]: `sessions/${ids.documented}.json`,
    [`data/storage/session_${ids.bare}/metadata.json`]: `sessions/${ids.bare}.json`,
  });
  for (const { source, target, upgrade } of legacySources(view)[0]!.entries) {
    const others = (upgrade!.with ?? []).map(file => fs.readFileSync(file));
    fs.writeFileSync(path.join(view.root, target), upgrade!.apply(fs.readFileSync(source), others));
  }
  assert.deepEqual(find(), first);
  fs.appendFileSync(path.join(view.root, `sessions/${ids.bare}.json`), '\n');
  assert.equal(Object.keys(find()).length, 1, 'a session that the program went on with is not overwritten');
});

test('links stay links, links into the root and special files are named', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    root: { auth: { 'doco_tokens.json': '{}' } },
    data: {
      sessions: { 'a.json': link('../../root'), 'b.json': link('/etc/hostname') },
      storage: { [`session_${ids.plain}`]: link('/etc'), loop: link('loop') },
    },
    logs: { 'doco_tokens.json': link('../root/auth/doco_tokens.json'), 'gofr_doc_tokens.json': link('nowhere') },
  });
  execFileSync('mkfifo', [`${place.path}/data/pipe`, `${place.path}/logs/x_tokens.json`]);
  const { moves, omitted } = sourcesIn(viewOf(place.path, 'root'));
  assert.deepEqual(moves, {
    'data/sessions/b.json': 'sessions/b.json',
    [`data/storage/session_${ids.plain}`]: `storage/session_${ids.plain}`,
    'data/storage/loop': 'storage/loop',
    'logs/gofr_doc_tokens.json': 'auth/gofr_doc_tokens.json',
  });
  assert.deepEqual(omitted, {
    'data/sessions/a.json': 'A link into the root.',
    'data/pipe': 'It is a named pipe, not a file with contents.',
    'logs/doco_tokens.json': 'A link into the root.',
    'logs/x_tokens.json': 'It is a named pipe, not a file with contents.',
  });
});
