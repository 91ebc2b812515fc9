import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docoIds as ids, makeDoco } from '../../../test/fixtures/doco.ts';
import { makeTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { sourcesIn, viewOf } from './test-support.ts';

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

test('a directory of nothing but odd blobs is not listed without end', () => {
  using place = temporaryDirectory();
  const blobs = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}.png`, '1']));
  makeTree(place.path, { data: { storage: { 'metadata.json': '{}', ...blobs } } });
  const { warnings } = sourcesIn(viewOf(place.path, 'new'));
  assert.equal(warnings.length, 101);
  assert.match(warnings.at(-1)!, /^data\/storage: 150 more like these/);
});
