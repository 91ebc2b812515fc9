import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { canary } from '../../../test/fixtures/digital-article.ts';
import { docoIds as ids, makeDoco, tokenStores } from '../../../test/fixtures/doco.ts';
import { link, makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { areaOf } from '../../engine/root/areas.ts';
import type { ProfileView } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { doco } from './profile.ts';
import { tokenGeneration } from './tokens.ts';

const posix = { skip: process.platform === 'win32' };

function viewOf(place: string, root: string, env: Record<string, string> = {}): ProfileView {
  return {
    fs,
    platform: process.platform,
    env,
    home: '/home/of-a-test',
    workspace: place,
    root: path.join(place, root),
  };
}

function sourcesIn(view: ProfileView) {
  const relative = (absolute: string) => path.relative(view.workspace, absolute).split(path.sep).join('/');
  const sources = legacySources(view);
  const entries = sources.flatMap(source => source.entries);
  assert.equal(new Set(entries.map(entry => entry.target)).size, entries.length, 'every entry has a place of its own');
  assert.ok(!JSON.stringify(sources).includes(canary), 'no secret is told');
  return {
    sources,
    entries,
    ids: sources.map(source => source.id),
    moves: Object.fromEntries(entries.map(entry => [relative(entry.source), entry.target])),
    notes: Object.fromEntries(entries.flatMap(entry => (entry.note ? [[relative(entry.source), entry.note]] : []))),
    omitted: Object.fromEntries(sources.flatMap(source => source.omitted.map(one => [one.path, one.reason]))),
    warnings: sources.flatMap(source => source.warnings.map(one => `${one.path}: ${one.message}`)),
    used: sources.flatMap(source => source.entries.flatMap(entry => entry.upgrade?.with ?? [])).map(relative),
  };
}

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

test('warns of what is odd on either side, by path', () => {
  using place = temporaryDirectory();
  makeDoco(place.path);
  const { warnings } = sourcesIn(viewOf(place.path, 'elsewhere'));
  const storage = 'data/storage';
  const expected: [string, RegExp][] = [
    [`${storage}/session_${ids.bare}`, /names no group.*"unassigned"/],
    [`${storage}/session_${ids.bare}`, /no parameters\.json/],
    [`${storage}/session_${ids.bare}`, /no fragments\.json/],
    [`${storage}/session_${ids.broken}`, /parameters\.json: It is not valid JSON .* kept as it is/],
    [`${storage}/session_${ids.both}`, /is there too/],
    [`data/sessions/${ids.groupless}.json`, /no group.* may not start/],
    [`data/sessions/${ids.empty}.json`, /It is empty/],
    ['data/sessions/metadata.json', /no session_id/],
    [`${storage}/metadata.json`, new RegExp(`lists ${ids.gone}\\.pdf, which is not there`)],
    [`${storage}/${ids.unlisted}.svg`, /index does not list it/],
    [`${storage}/public/${ids.unlisted}.pdf`, /index does not list it/],
    [`${storage}/broken/metadata.json`, /does not hold an object.*takes such an index for empty/],
    [`${storage}/zero/metadata.json`, /It is empty.*takes such an index for empty/],
    ['test/data/auth/tokens.json', /1 of 2 tokens are revoked/],
    ...(process.platform === 'win32'
      ? []
      : [['logs/doco_tokens.json', /Others can read it here \(mode 644\)/] as [string, RegExp]]),
    ['logs/doco_tokens.json', /generation T1 \(2 entries\)/],
    ['logs/gofr_doc_tokens.json', /generation T2 \(2 entries\)/],
    ['logs/gofr-doc_tokens.json', /1 of 2 tokens are revoked/],
    ['backups/daily/doc_daily_20260219_020000.tar', /holds no session/],
    ['backups/weekly/doc_weekly_20260215_030000.tar.gz', /holds no session/],
    ['doco_sessions_backup_20251201.tar.gz', /holds no session/],
  ];
  for (const [at, message] of expected)
    assert.ok(
      warnings.some(one => one.startsWith(`${at}: `) && message.test(one)),
      `${at} ${message}\n${warnings.join('\n')}`,
    );
  assert.equal(warnings.length, expected.length, warnings.join('\n'));
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

test('token stores are told apart, and nothing of them is told', () => {
  for (const [generation, text] of Object.entries(tokenStores))
    assert.equal(tokenGeneration(Buffer.from(text)).generation, generation);
  assert.equal(tokenGeneration(Buffer.from('{}')).generation, 'empty');
  for (const text of ['{"x": 1}', '{"x": {"group": "g"}}', '{"a.b.c": {"group": 7}}'])
    assert.equal(tokenGeneration(Buffer.from(text)).generation, 'unknown');
  const both = { ...JSON.parse(tokenStores.T1), ...JSON.parse(tokenStores.T4) };
  assert.equal(tokenGeneration(Buffer.from(JSON.stringify(both))).generation, 'mixed');
  for (const text of [tokenStores.T1.slice(0, -9), `["${canary}"]`, `\ufeff{"${canary}":1}`, '']) {
    assert.throws(
      () => tokenGeneration(Buffer.from(text)),
      error => error instanceof Error && !error.message.includes('CANARY'),
    );
  }
});

test('a store that a variable names comes along, under a name that no other store has', () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    data: { auth: { 'tokens.json': '{}' } },
    logs: { 'gofr-doc_tokens.json': '{}', 'gofr-doc_tokens.json.bak': '{' },
    'my secrets': { 'tokens.json': '{}' },
  });
  const env = { DOCO_TOKEN_STORE: 'my secrets/tokens.json', GOFR_DOC_TOKEN_STORE: 'logs/gofr-doc_tokens.json' };
  const { moves } = sourcesIn(viewOf(place.path, 'new', env));
  assert.deepEqual(moves, {
    'data/auth/tokens.json': 'auth/tokens.json',
    'logs/gofr-doc_tokens.json': 'auth/gofr-doc_tokens.json',
    'logs/gofr-doc_tokens.json.bak': 'auth/gofr-doc_tokens.json.bak',
    'my secrets/tokens.json': 'auth/my-secrets/tokens.json',
  });
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

test('a directory of nothing but odd blobs is not listed without end', () => {
  using place = temporaryDirectory();
  const blobs = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}.png`, '1']));
  makeTree(place.path, { data: { storage: { 'metadata.json': '{}', ...blobs } } });
  const { warnings } = sourcesIn(viewOf(place.path, 'new'));
  assert.equal(warnings.length, 101);
  assert.match(warnings.at(-1)!, /^data\/storage: 150 more like these/);
});

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
