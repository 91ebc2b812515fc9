import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { canary } from '../../../test/fixtures/digital-article.ts';
import { file, link, makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { makeWebviz, smallestContent } from '../../../test/fixtures/webviz.ts';
import { areaOf } from '../../engine/root/areas.ts';
import type { LegacyEntry, LegacySource } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { webviz } from './profile.ts';
import { sessionLocations } from './sessions.ts';

const posix = { skip: process.platform === 'win32' };

function viewOf(workspace: string, root = 'data/workspace') {
  const env = { WEBVIZ_COSMOS_DB_URL: 'https://db.example.test' };
  return { fs, platform: process.platform, env, home: '/home/of-a-test', workspace, root: path.join(workspace, root) };
}

/** `source → target (schema)` of every entry, with paths relative to the workspace. */
function movesOf(workspace: string, sources: readonly LegacySource[]): string[] {
  return sources
    .flatMap(source => source.entries)
    .map(({ source, target, upgrade }) => {
      const from = path.relative(workspace, source).split(path.sep).join('/').replace('webviz-export/', '');
      return `${from === target ? '' : `${from} → `}${target}${upgrade ? ` (${upgrade.schema})` : ''}`;
    })
    .sort();
}

function warningsOf(sources: readonly LegacySource[]): string[] {
  return sources.flatMap(source =>
    source.warnings.map(one => `${one.path.replace('webviz-export/', '')}: ${one.message}`),
  );
}

function find(tree: Tree) {
  using place = temporaryDirectory();
  makeTree(place.path, { 'webviz-export': tree });
  const sources = legacySources(viewOf(place.path));
  const results = Object.fromEntries(
    sources.flatMap(source => source.entries).map(entry => [entry.target, resultOf(entry).toString()]),
  );
  return { moves: movesOf(place.path, sources), warnings: warningsOf(sources), results };
}

function resultOf({ source, upgrade }: LegacyEntry): Buffer {
  const bytes = fs.readFileSync(source);
  return upgrade ? upgrade.apply(bytes, []) : bytes;
}

test('every file of the sample has its place, and every upgrade its name', () => {
  using place = temporaryDirectory();
  const { sessions, snapshot, deletedSnapshot } = makeWebviz(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const sources = legacySources(viewOf(place.path));
  const moves = movesOf(place.path, sources);
  warningsOf(sources);
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before, 'reading changes nothing');
  const split = [sessions.good, sessions.short, sessions.preRelease];
  const whole = Object.values(sessions).filter(id => !split.includes(id));
  const logs = [`${snapshot}__user-0002`, `${deletedSnapshot}__user-0002`, `${deletedSnapshot}__user-0003`];
  const apart = (name: string) => `${name} → system_properties/${name} (webviz.system-properties/1)`;
  assert.deepEqual(
    moves,
    [
      ...[...whole, 'cut-off', 'empty'].map(id => `sessions/${id}.json`),
      'sessions/export.json.tmp',
      ...split.flatMap(id => [`sessions/${id}.json (webviz.session/1)`, apart(`sessions/${id}.json`)]),
      `snapshots/${snapshot}.json (webviz.snapshot/1)`,
      apart(`snapshots/${snapshot}.json`),
      ...logs.map(id => `snapshot_access_logs/${id}.json (webviz.snapshot-access-log/1)`),
      ...[
        'temp-workbench-session',
        `workbench-session-${sessions.good}`,
        `workbench-session-${sessions.unsorted}`,
        `workbench-session-${sessions.short}`,
        'workbench-session-deletedonsrv',
      ].map(key => `localStorage.json → local/${key}.json (webviz.local-session/1)`),
      'localStorage.json → settings/localStorage.json (webviz.local-settings/1)',
      'exported-by.txt',
    ].sort(),
  );
  assert.deepEqual(
    sources.flatMap(source => source.omitted),
    [],
  );
});

test('upgraded documents keep every byte but what is taken apart; content fits its hash', () => {
  using place = temporaryDirectory();
  const { sessions, contents, localStorage } = makeWebviz(place.path);
  const [source] = legacySources(viewOf(place.path));
  const at = (target: string) => source!.entries.find(entry => entry.target === target)!;
  const result = (target: string) => resultOf(at(target)).toString();

  const original = fs.readFileSync(at(`sessions/${sessions.good}.json`).source, 'utf8');
  const withoutSystem = original
    .replace('\n  "_rid" : "a1\\/b2==",\n  "_self": "dbs/x/",', '')
    .replace(/,\n {2}"_etag".*1770880800/s, '');
  assert.equal(result(`sessions/${sessions.good}.json`), withoutSystem);
  assert.equal(
    result(`system_properties/sessions/${sessions.good}.json`),
    `{\n  "_rid" : "a1\\/b2==",\n  "_self": "dbs/x/",\n  "_etag": "\\"${canary}\\"",\n  "_attachments": "attachments/",  "_ts": 1770880800\n}\n`,
  );
  assert.match(result(`sessions/${sessions.good}.json`), /"future_number": 1\.50e\+02/);

  const preRelease = result(`sessions/${sessions.preRelease}.json`);
  assert.ok(!preRelease.includes('"hash"'));
  // The digest that the reference has for the smallest content.
  assert.match(preRelease, /"content_hash": "49437310cb81f80b1625415eebcb3535d8b4c749b9703c574305bfd6817b0937"/);
  for (const [id, content] of Object.entries(contents)) {
    assert.equal(JSON.parse(result(`sessions/${id}.json`)).content, content);
  }
  for (const entry of source!.entries.filter(one => one.target.startsWith('snapshot_access_logs/'))) {
    assert.equal(resultOf(entry).toString(), fs.readFileSync(entry.source, 'utf8').replace('"hash"', '"content_hash"'));
  }

  for (const [key, value] of Object.entries(localStorage)) {
    if (/^(temp-)?workbench-session(-[\w-]+)?$/.test(key) && value.isWellFormed()) {
      assert.equal(result(`local/${key}.json`), value);
    } else assert.equal(JSON.parse(result('settings/localStorage.json'))[key], value);
  }
});

test('warnings tell what is odd, without content', () => {
  using place = temporaryDirectory();
  const { sessions, snapshot, deletedSnapshot } = makeWebviz(place.path);
  const sources = legacySources(viewOf(place.path));
  const warnings = warningsOf(sources);
  const expected = [
    `sessions/${sessions.short}.json: Its id has 8 characters`,
    `sessions/${sessions.unknownKey}.json: Its content has an unknown key in dashboards[]: Webviz cannot open it.`,
    `sessions/${sessions.brokenModule}.json: 1 module has a state that is not JSON`,
    'sessions/cut-off.json: Not a session: it is not valid JSON (line 7',
    `sessions/${sessions.integerKeys}.json`,
    `sessions/${sessions.large}.json: Its content has 1574085 bytes, more than the 1.5 MiB`,
    'sessions/empty.json: Not a session: it is empty (0 bytes)',
    `sessions/${sessions.mismatch}.json: Its content does not fit its content hash. Both are kept.`,
    `snapshot_access_logs/${snapshot}__user-0002.json: The first visit has no time`,
    `snapshot_access_logs/${deletedSnapshot}__user-0002.json: The first visit has no time`,
    `snapshot_access_logs/${deletedSnapshot}__user-0003.json: The first visit has no time`,
    `snapshot_access_logs/${deletedSnapshot}__user-0002.json: Its snapshot is gone, but the log does not say so`,
    `localStorage.json: workbench-session-${sessions.unsorted}: Stale`,
    'localStorage.json: workbench-session-deletedonsrv: The saved session is not here',
    `localStorage.json: workbench-session-${sessions.short}: Invalid: it is not valid JSON`,
    'localStorage.json: An entry has a key with an unusual id; it stays in settings.',
    'localStorage.json: workbench-session-halfemoji123: it is there twice, or no valid text; it stays in settings.',
  ].filter(text => !text.endsWith(`${sessions.integerKeys}.json`));
  assert.equal(warnings.length, expected.length);
  for (const text of expected)
    assert.ok(
      warnings.some(one => one.startsWith(text)),
      text,
    );
  assert.ok(!JSON.stringify(sources).includes(canary));
});

test('after applying, everything is found to be in its newest form', () => {
  using place = temporaryDirectory();
  makeWebviz(place.path);
  const view = viewOf(place.path);
  const before = legacySources(view).flatMap(source => source.entries);
  for (const entry of before) {
    const target = path.join(view.root, entry.target);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, resultOf(entry));
  }
  assert.deepEqual(
    movesOf(place.path, legacySources(view)),
    movesOf(place.path, [{ ...legacySources(view)[0]!, entries: before }]),
  );
  // With the root elsewhere, the root of before is a source of which nothing needs an upgrade any more.
  const [moved] = legacySources({ ...view, root: path.join(place.path, 'other') });
  assert.equal(moved!.id, 'data/workspace');
  assert.deepEqual(new Set(moved!.entries.map(entry => entry.target)), new Set(before.map(entry => entry.target)));
  for (const { source, target, upgrade } of moved!.entries) {
    assert.equal(upgrade, undefined, target);
    assert.equal(path.relative(place.path, source), path.join('data/workspace', target));
  }
  // A log of an export still belongs to the snapshot that was migrated before it.
  fs.rmSync(path.join(place.path, 'webviz-export/snapshots'), { recursive: true });
  assert.equal(warningsOf(legacySources(view)).filter(one => one.includes('Its snapshot is gone')).length, 1);
});

test('documents that are broken, strange or newer are copied as they are and named', () => {
  const deep = `{"_rid":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const documents: [string | Uint8Array, RegExp][] = [
    ['', /empty \(0 bytes\)/],
    ['[{"_rid":"x"}]', /does not hold an object/],
    [`{"_rid":"${canary}`, /not valid JSON/],
    ['\ufeff{"_rid":"x"}', /byte order mark/],
    [Buffer.from('\ufeff{"_rid":"x"}', 'utf16le'), /UTF-16/],
    ['{"_rid":NaN}', /NaN or Infinity/],
    [deep, /deeper than 512/],
    ['{"schemaVersion":2,"_rid":"x"}', /newer than what is known/],
    ['{"id":"x","content":7}', /no content text/],
    [`{"id":"x","content":"","metadata":{}}`, /no content hash.*content cannot be used: it is empty/s],
    ['{"id":"other"}', /id is not its file name/],
    ['{"__proto__":{"id":"x","polluted":1}}', /It has no id/],
  ];
  for (const [content, pattern] of documents) {
    const { moves, warnings } = find({ sessions: { 'x.json': file(content) } });
    assert.deepEqual(moves, ['sessions/x.json']);
    assert.match(warnings.join('\n'), pattern);
    assert.ok(!warnings.join().includes(canary));
  }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

test('keys that are there twice, or hold something else, are treated with care', () => {
  const twice = find({ sessions: { 'x.json': '{"id":"x","_ts":1,"_ts":2,"metadata":{"hash":"a","hash":"b"}}' } });
  assert.equal(twice.results['sessions/x.json'], '{"id":"x","metadata":{"content_hash":"a","content_hash":"b"}}');
  assert.equal(twice.results['system_properties/sessions/x.json'], '{"_ts":1,"_ts":2}');
  const both = '{"id":"x","metadata":{"hash":"a","content_hash":"b"}}';
  assert.deepEqual(find({ sessions: { 'x.json': both } }).moves, ['sessions/x.json']);
  assert.deepEqual(find({ sessions: { 'x.json': '{"hash":"a","metadata":{"hash":1}}' } }).moves, ['sessions/x.json']);
  const only = find({ snapshots: { 'x.json': '{ "_rid": 1 }\n' } });
  assert.equal(only.results['snapshots/x.json'], '{  }\n');
});

test('exports of the browser storage in every form', () => {
  const at = (text: string | Uint8Array) => find({ 'localStorage.json': file(text) });
  assert.deepEqual(at('{}').moves, ['localStorage.json → settings/localStorage.json']);
  assert.match(at('[]').warnings[0]!, /does not hold an object/);
  assert.match(at('').warnings[0]!, /empty \(0 bytes\)/);
  assert.deepEqual(at('').results, { 'settings/localStorage.json': '' });

  const decoded = at('{"temp-workbench-session": {"a": 1.0, "metadata":{}} , "theme":"\\u0064ark"}');
  assert.equal(decoded.results['local/temp-workbench-session.json'], '{"a": 1.0, "metadata":{}}');
  assert.equal(decoded.results['settings/localStorage.json'], '{"theme":"\\u0064ark"}');

  const twice = '{"temp-workbench-session":"1","temp-workbench-session":"2"}';
  assert.deepEqual(at(twice).results, { 'settings/localStorage.json': twice });
  assert.match(at(twice).warnings[0]!, /there twice/);
  const only = at('{"temp-workbench-session":"{}"}');
  assert.deepEqual(only.results, { 'local/temp-workbench-session.json': '{}' });
  assert.match(only.warnings[0]!, /no metadata/);
  assert.deepEqual(Object.keys(at('{"__proto__":"1","workbench-session-../x":"2"}').results), [
    'settings/localStorage.json',
  ]);
});

test('links move as links, and are no documents; pipes and links into the root are left out', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    data: { workspace: {} },
    'webviz-export': {
      sessions: { 'a.json': link('b.json'), 'in.json': link('../../data/workspace') },
      'localStorage.json': link('nowhere'),
    },
  });
  execFileSync('mkfifo', [`${place.path}/webviz-export/sessions/pipe.json`]);
  const sources = legacySources(viewOf(place.path));
  assert.deepEqual(movesOf(place.path, sources), ['localStorage.json → settings/localStorage.json', 'sessions/a.json']);
  assert.deepEqual(
    sources[0]!.omitted.map(one => [path.basename(one.path), one.reason]),
    [
      ['in.json', 'A link into the root.'],
      ['pipe.json', 'It is a named pipe, not a file with contents.'],
    ],
  );
  assert.deepEqual(warningsOf(sources), []);
});

test('orphans and contradictions between snapshots and logs', () => {
  const log = (snapshot: string, deleted: boolean) =>
    JSON.stringify({ id: `${snapshot}__u`, snapshot_id: snapshot, visitor_id: 'u', snapshot_deleted: deleted });
  const { warnings } = find({
    snapshots: { 'a.json': '{"id":"a"}', 'copy.json': '{"id":"a"}' },
    snapshot_access_logs: { 'a__u.json': log('a', true), 'b__u.json': log('b', true), 'c.json': log('c', false) },
  });
  const about = (text: string) => warnings.filter(one => one.includes(text)).map(one => one.split(':')[0]);
  assert.deepEqual(about('has the id of'), ['snapshots/copy.json']);
  assert.deepEqual(about('and the snapshot is here'), ['snapshot_access_logs/a__u.json']);
  assert.deepEqual(about('snapshot is gone'), ['snapshot_access_logs/c.json']);
});

test('sessions are read from the root and from the export', () => {
  using place = temporaryDirectory();
  const { sessions } = makeWebviz(place.path);
  const view = viewOf(place.path);
  makeTree(view.root, {
    sessions: { [`${sessions.good}.json`]: '{}' },
    local: { 'temp-workbench-session.json': '{"metadata":{"title":"T","createdAt":0,"lastModifiedMs":1500}}' },
  });
  const locations = sessionLocations(view);
  assert.deepEqual(
    locations.filter(location => !location.legacy).map(location => location.path),
    [`sessions/${sessions.good}.json`, 'local/temp-workbench-session.json'],
  );
  const legacy = locations.filter(location => location.legacy).map(location => path.basename(location.path, '.json'));
  assert.deepEqual(legacy, [...Object.values(sessions), 'cut-off', 'empty'].filter(id => id !== sessions.good).sort());

  const read = (location: string) => webviz.readSession(location, fs.readFileSync(path.resolve(view.root, location)));
  assert.deepEqual(read(path.join(place.path, `webviz-export/sessions/${sessions.short}.json`)), {
    id: sessions.short,
    title: `Drogon ${sessions.short}`,
    description: '',
    owner: 'user-0001',
    createdAt: '2026-02-11T08:15:30.102Z',
    updatedAt: '2026-02-12T07:00:00.000Z',
  });
  assert.deepEqual(read('local/temp-workbench-session.json'), {
    id: 'temp-workbench-session',
    title: 'T',
    description: '',
    owner: '',
    createdAt: '1970-01-01T00:00:00.000Z',
    updatedAt: '1970-01-01T00:00:01.500Z',
  });
  const refused: [string, RegExp][] = [
    ['', /empty/],
    ['[]', /not hold an object/],
    ['{}', /no metadata/],
    [`{"${canary}`, /not valid JSON/],
  ];
  for (const [text, pattern] of refused) {
    assert.throws(
      () => webviz.readSession('sessions/x.json', Buffer.from(text)),
      error => error instanceof Error && pattern.test(error.message) && !error.message.includes(canary),
    );
  }
});

test('a snapshot and its visits are one area; the program is recognised by its exports', () => {
  const area = (name: string) => areaOf(webviz, name)?.id;
  assert.equal(area('snapshots/a.json'), area('snapshot_access_logs/a__u.json'));
  assert.equal(area('local/temp-workbench-session.json'), 'sessions');
  assert.equal(area('system_properties/sessions/a.json'), 'state');
  const detect = (tree: Tree) => {
    using place = temporaryDirectory();
    return webviz.detect(viewOf(makeTree(place.path, tree)));
  };
  assert.ok(detect({ 'webviz-export': { 'localStorage.json': '{}' } }));
  assert.ok(detect({ 'webviz-export': { sessions: {} } }));
  assert.ok(detect({ data: { workspace: { snapshot_access_logs: {} } } }));
  assert.ok(detect({ data: { workspace: { local: { 'temp-workbench-session.json': '' } } } }));
  assert.ok(detect({ backend_py: { primary: { primary: { persistence: {} } } } }));
  assert.ok(!detect({ 'webviz-export': {} }));
  assert.ok(!detect({ data: { workspace: { sessions: {} } } }));
  assert.equal(smallestContent.length, 509);
});
