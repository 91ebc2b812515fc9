import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { canary } from '../../../test/fixtures/digital-article.ts';
import { file, link, makeTree, readTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { makeUploadsJson } from '../../../test/fixtures/uploads-json.ts';
import { areaOf } from '../../engine/root/areas.ts';
import type { LegacySource } from '../profile.ts';
import { legacySources } from './legacy.ts';
import { uploadsJson } from './profile.ts';

const posix = { skip: process.platform === 'win32' };

function viewOf(workspace: string, root: string, env: Record<string, string>) {
  return { fs, platform: process.platform, env, home: '/home/of-a-test', workspace, root: path.join(workspace, root) };
}

function described(workspace: string, sources: readonly LegacySource[]) {
  const relative = (place: string) => path.relative(workspace, place).split(path.sep).join('/');
  const entries = sources.flatMap(source => source.entries);
  const moves = Object.fromEntries(entries.map(entry => [relative(entry.source), entry.target]));
  assert.equal(Object.keys(moves).length, entries.length, 'no file is in two entries');
  assert.ok(
    entries.every(entry => entry.upgrade === undefined),
    'nothing is rewritten',
  );
  return {
    ids: sources.map(source => source.id),
    moves,
    notes: Object.fromEntries(entries.flatMap(entry => (entry.note ? [[relative(entry.source), entry.note]] : []))),
    omitted: Object.fromEntries(sources.flatMap(source => source.omitted.map(one => [one.path, one.reason]))),
    warnings: sources.flatMap(source => source.warnings.map(one => `${one.path}: ${one.message}`)),
  };
}

function find(tree: Tree, env: Record<string, string> = {}, root = 'data/workspace') {
  using place = temporaryDirectory();
  makeTree(place.path, tree);
  return described(place.path, legacySources(viewOf(place.path, root, env)));
}

function findInSample(env: Record<string, string> = {}, options: { zeroByte?: boolean } = {}) {
  using place = temporaryDirectory();
  makeUploadsJson(place.path, options);
  const before = readTree(place.path, { directoryTimes: true });
  const found = described(place.path, legacySources(viewOf(place.path, 'data/workspace', env)));
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before, 'reading changes nothing');
  assert.ok(!JSON.stringify(found).includes(canary));
  return found;
}

const admin = 'uploads/admin';

test('every file of the sample has its place, or a reason to be left out', () => {
  const { moves, omitted, ids } = findInSample();
  assert.deepEqual(ids, ['uploads', '.state', 'api/uploads', 'api/.state', 'jobs/worker/uploads']);
  const same = [
    '20251120-공시.pdf',
    'admin/audit_master.jsonl',
    'admin/event_briefs/2025-11-20.md',
    'admin/onboarding/user-0001.json',
    'admin/onboarding_samples.json',
    'admin/ops_alert_channels.json',
    'admin/ops_api_keys.json',
    'admin/plan_catalog.json',
    'admin/plan_catalog.json.k3v9x_2a.tmp',
    'admin/plan_config.json',
    'admin/plan_settings.json',
    'admin/plan_settings.tmp',
    'admin/rag_reindex.jsonl',
    'admin/system_prompts.json',
    'admin/toss_order_context.json',
    'admin/toss_orders.json',
    'admin/toss_webhook_audit.jsonl',
    'admin/toss_webhook_events.json',
    'news/summary_cache.json',
    'user_settings/lightmem_preferences.json',
  ].map(name => `uploads/${name}`);
  assert.deepEqual(moves, {
    ...Object.fromEntries([...same, '.state/audit_sync.json', '.state/reindex_sync.json'].map(name => [name, name])),
    ...Object.fromEntries(
      [
        'api/uploads/admin/audit_master.jsonl',
        'api/uploads/admin/plan_settings.json',
        'api/.state/audit_sync.json',
        'jobs/worker/uploads/admin/plan_config.json',
        'jobs/worker/uploads/admin/plan_settings.json',
        'jobs/worker/uploads/latest',
      ].map(name => [name, `elsewhere/${name}`]),
    ),
  });
  const lock = 'An empty lock file: it means nothing, and the program makes it again.';
  assert.deepEqual(omitted, {
    [`${admin}/plan_settings.json.lock`]: lock,
    [`${admin}/plan_catalog.json.lock`]: lock,
    'uploads/news/summary_cache.json.lock': lock,
  });
});

test('notes tell generations, left-overs, and what must stay together', () => {
  const { notes } = findInSample();
  assert.equal(notes[`${admin}/plan_settings.json`], undefined);
  assert.match(notes['jobs/worker/uploads/admin/plan_settings.json']!, /kept apart\. Written before 9 November 2025/);
  assert.match(notes['api/uploads/admin/plan_settings.json']!, /Written before 7 November 2025/);
  assert.match(notes[`${admin}/plan_settings.tmp`]!, /interrupted/);
  assert.match(notes[`${admin}/plan_catalog.json.k3v9x_2a.tmp`]!, /interrupted/);
  assert.match(notes[`${admin}/toss_webhook_events.json`]!, /twice/);
  for (const name of ['.state/audit_sync.json', `${admin}/audit_master.jsonl`, `${admin}/rag_reindex.jsonl`]) {
    assert.match(notes[name]!, /together/);
  }
});

test('warnings tell what is odd, without content', () => {
  const { warnings } = findInSample();
  const expected = [
    /^uploads\/admin\/ops_api_keys\.json: Not strict JSON: it holds NaN/,
    /^uploads\/admin\/plan_catalog\.json: 1 card has an unknown tier/,
    /^uploads\/admin\/plan_config\.json: Its tiers are a list/,
    /^uploads\/admin\/plan_config\.json: Some quotas are numbers in quotes/,
    /^uploads\/admin\/system_prompts\.json: It does not hold an object, as the program expects/,
    /^uploads\/news\/summary_cache\.json: 1 summary has a generated_at that is no time/,
    /^\.state\/audit_sync\.json: Its offset lies beyond the end of uploads\/admin\/audit_master\.jsonl/,
    /^api\/uploads\/admin\/plan_settings\.json: It differs from uploads\/admin\/plan_settings\.json/,
    /^api\/\.state\/audit_sync\.json: Its offset does not lie at the start of a line of api\/uploads/,
    /^jobs\/worker\/uploads\/admin\/plan_config\.json: It does not hold an object, and the program fails/,
    /^jobs\/worker\/uploads\/admin\/plan_settings\.json: It differs/,
    /^jobs\/worker\/uploads\/admin\/plan_config\.json: It differs/,
  ];
  for (const [index, pattern] of expected.entries()) assert.match(warnings[index] ?? '', pattern);
  assert.equal(warnings.length, expected.length);
});

test('four empty files are kept and named', () => {
  const { moves, warnings } = findInSample({}, { zeroByte: true });
  for (const name of ['plan_settings', 'plan_catalog', 'plan_config']) {
    assert.equal(moves[`${admin}/${name}.json`], `${admin}/${name}.json`);
    assert.ok(warnings.some(one => one.startsWith(`${admin}/${name}.json: It cannot be used: it is empty (0 bytes)`)));
  }
  assert.ok(warnings.some(one => one.startsWith('uploads/news/summary_cache.json: It cannot be used: it is empty')));
});

test('a variable puts its file in the place of the one that the program then does not read', () => {
  const tree = {
    uploads: {
      admin: {
        'plan_settings.json': '{"planTier":"free"}',
        'plan_settings.tmp': '{',
        'toss_orders.json': '{"orders":[]}',
      },
    },
    etc: { 'plan.json': '{"planTier":"pro"}', 'plan.json.lock': '', 'plan.tmp': '{' },
    briefs: { 'a.md': '# a' },
    '~': { 'p.json': '{"planTier":"free"}' },
  };
  const { moves, notes, omitted, warnings } = find(tree, {
    PLAN_SETTINGS_FILE: 'etc/plan.json',
    PLAN_CATALOG_FILE: '',
    PLAN_CONFIG_FILE: 'etc/none.json',
    NEWS_SUMMARY_CACHE_PATH: 'etc',
    EVENT_BRIEF_OUTPUT_DIR: 'briefs',
    CAMPAIGN_SETTINGS_FILE: '~/p.json',
  });
  assert.deepEqual(moves, {
    [`${admin}/plan_settings.json`]: `elsewhere/${admin}/plan_settings.json`,
    [`${admin}/plan_settings.tmp`]: `elsewhere/${admin}/plan_settings.tmp`,
    [`${admin}/toss_orders.json`]: `${admin}/toss_orders.json`,
    'etc/plan.json': `${admin}/plan_settings.json`,
    'etc/plan.tmp': `${admin}/plan.tmp`,
    'briefs/a.md': `${admin}/event_briefs/a.md`,
    '~/p.json': `${admin}/campaign_settings.json`,
  });
  assert.match(notes['etc/plan.json']!, /PLAN_SETTINGS_FILE names it/);
  assert.match(notes[`${admin}/plan_settings.json`]!, /while PLAN_SETTINGS_FILE is set/);
  assert.match(omitted['etc/none.json']!, /PLAN_CONFIG_FILE names it, and it does not exist/);
  assert.match(omitted.etc!, /NEWS_SUMMARY_CACHE_PATH names it, and it is a directory/);
  assert.match(omitted['etc/plan.json.lock']!, /empty lock/);
  assert.ok(warnings.some(one => one.includes('PLAN_SETTINGS_FILE is set: the program reads this and not')));
  assert.ok(warnings.some(one => one.startsWith('~/p.json: The program takes the "~"')));
});

test('an empty file that a variable names hides no content; what CI left is kept apart', () => {
  const { moves, notes, warnings } = findInSample({
    CI_STATE_ROOT: 'ci/state',
    PLAN_SETTINGS_FILE: 'ci/state/plan/plan_settings.json',
  });
  assert.equal(moves[`${admin}/plan_settings.json`], `${admin}/plan_settings.json`);
  assert.equal(moves['ci/state/plan/plan_settings.json'], 'elsewhere/PLAN_SETTINGS_FILE/plan_settings.json');
  assert.equal(moves['ci/state/plan/plan_config.json'], 'elsewhere/CI_STATE_ROOT/plan/plan_config.json');
  assert.equal(moves['ci/state/news/summary_cache.json'], 'elsewhere/CI_STATE_ROOT/news/summary_cache.json');
  assert.match(notes['ci/state/plan/plan_config.json']!, /does not look there/);
  assert.ok(warnings.some(one => one.includes('PLAN_SETTINGS_FILE is set to an empty file')));
});

test('a variable may name a file in another uploads directory, or one in the root', () => {
  const other = findInSample({ PLAN_SETTINGS_FILE: 'api/uploads/admin/plan_settings.json' });
  assert.equal(other.moves['api/uploads/admin/plan_settings.json'], `${admin}/plan_settings.json`);
  assert.equal(other.moves[`${admin}/plan_settings.json`], `elsewhere/${admin}/plan_settings.json`);

  const settings = '{"planTier":"pro"}';
  const tree = {
    uploads: { admin: { 'plan_settings.json': settings } },
    data: { workspace: { uploads: { admin: { 'plan_settings.json': settings } } } },
  };
  const env = { PLAN_SETTINGS_FILE: `data/workspace/${admin}/plan_settings.json` };
  const expected = { [`${admin}/plan_settings.json`]: `${admin}/plan_settings.json` };
  assert.deepEqual(find(tree, env).moves, expected);
  // Put aside by the migration before the variable was pointed into the root: it stays aside.
  const aside = { elsewhere: { uploads: { admin: { 'plan_settings.json': settings } } } };
  const after = { ...tree, data: { workspace: { ...tree.data.workspace, ...aside } } };
  assert.deepEqual(Object.values(find(after, env).moves), [`elsewhere/${admin}/plan_settings.json`]);
});

test('after copying, everything is found again in the same place', () => {
  using place = temporaryDirectory();
  const { ciState } = makeUploadsJson(place.path);
  const view = viewOf(place.path, 'data/workspace', { CI_STATE_ROOT: ciState });
  const before = legacySources(view);
  for (const { source, target } of before.flatMap(one => one.entries)) {
    fs.mkdirSync(path.dirname(path.join(view.root, target)), { recursive: true });
    fs.cpSync(source, path.join(view.root, target), { verbatimSymlinks: true });
  }
  assert.deepEqual(described(place.path, legacySources(view)), described(place.path, before));
  // With the root elsewhere, the root of before comes first and keeps its layout.
  const moved = described(place.path, legacySources({ ...view, root: path.join(place.path, 'other') }));
  assert.equal(moved.ids[0], 'data/workspace');
  assert.equal(moved.moves[`data/workspace/${admin}/plan_settings.json`], `${admin}/plan_settings.json`);
  assert.equal(moved.moves['data/workspace/.state/audit_sync.json'], '.state/audit_sync.json');
  assert.equal(
    moved.moves['data/workspace/elsewhere/api/.state/audit_sync.json'],
    'elsewhere/api/.state/audit_sync.json',
  );
  assert.equal(moved.moves[`${admin}/plan_settings.json`], `elsewhere/${admin}/plan_settings.json`);
});

test('links move as links; the vault, pipes and links into the root are left out', posix, () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    data: { workspace: { uploads: { admin: { 'plan_config.json': '{}' } }, '.holdfast': { packs: {} } } },
    root: {},
    uploads: { admin: { in: link('../../root'), gone: link('nowhere'), loop: link('loop') }, empty: {} },
  });
  execFileSync('mkfifo', [`${place.path}/uploads/pipe`]);
  const { moves, omitted } = described(place.path, legacySources(viewOf(place.path, 'root', {})));
  assert.deepEqual(moves, {
    [`data/workspace/${admin}/plan_config.json`]: `${admin}/plan_config.json`,
    'uploads/admin/gone': 'elsewhere/uploads/admin/gone',
    'uploads/admin/loop': 'elsewhere/uploads/admin/loop',
    'uploads/empty': 'elsewhere/uploads/empty',
  });
  assert.deepEqual(omitted, {
    'data/workspace/.holdfast': 'The vault of another root; its snapshots stay there.',
    'uploads/admin/in': 'A link into the root.',
    'uploads/pipe': 'It is a named pipe, not a file with contents.',
  });
});

test('the root and what leads to it are no sources; other directories called uploads are not ours', posix, () => {
  const plan = { admin: { 'plan_config.json': '{"tiers":{}}' } };
  assert.deepEqual(find({ data: { workspace: { uploads: plan } }, uploads: link('data/workspace/uploads') }).moves, {});
  assert.deepEqual(find({ site: { uploads: { 'photo.jpg': 'x' } } }).moves, {});
  assert.deepEqual(find({ site: { node_modules: { uploads: plan } }, '.git': { uploads: plan } }).moves, {});
});

test('an offset and its log, however they disagree', () => {
  const line = '{"a":1}\n';
  const told = (state: string | undefined, log?: string) =>
    find({
      '.state': state === undefined ? {} : { 'audit_sync.json': state, 'other.json': '{"offset":-1}' },
      uploads: { admin: log === undefined ? {} : { 'audit_master.jsonl': log } },
    }).warnings.map(one => one.replace(/^[^:]*: /, ''));
  assert.deepEqual(told(`{"offset":${line.length}}`, line + line), []);
  assert.deepEqual(told(`{"offset":${line.length}}`, line), []);
  assert.deepEqual(told('{"offset":0}'), []);
  assert.match(told('{"offset":9}', line)[0]!, /beyond the end/);
  assert.match(told('{"offset":3}', line)[0]!, /start of a line/);
  assert.match(told('{"offset":3}')[0]!, /log that its offset points into is missing/);
  for (const wrong of ['{}', '{"offset":"3"}', '{"offset":1.5}', '{"offset":1e300}']) {
    assert.match(told(wrong, line)[0]!, /no usable offset/);
  }
  assert.match(told('', line)[0]!, /empty \(0 bytes\); the program starts again/);
  assert.match(told('[]', line)[0]!, /does not hold an object/);
});

test('broken documents are kept and say what is wrong, whatever is in them', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const documents: [string | Uint8Array, RegExp][] = [
    ['', /empty \(0 bytes\)/],
    [' \n', /it is empty/],
    [`{"planTier":"${canary}`, /not valid JSON \(line 1/],
    [`${canary}`, /not valid JSON/],
    ['[]', /does not hold an object/],
    ['null', /does not hold an object/],
    ['\ufeff{"planTier":"pro"}', /byte order mark/],
    [Buffer.from('\ufeff{}', 'utf16le'), /UTF-16/],
    [Uint8Array.of(0x7b, 0xff, 0x7d), /not UTF-8/],
    [deep, /deeper than 512/],
    ['{"a":NaN}', /NaN or Infinity/],
    ['{"__proto__":{"planTier":"pro","updatedAt":"2025-11-20"}}', /planTier is none/],
    ['{"planTier":"gold","updatedAt":"2025-11-20T00:00:00+00:00"}', /planTier is none/],
    ['{"planTier":"pro","updatedAt":"soon"}', /updatedAt is no time/],
  ];
  for (const [content, pattern] of documents) {
    const found = find({ uploads: { admin: { 'plan_settings.json': file(content) } } });
    assert.equal(found.moves[`${admin}/plan_settings.json`], `${admin}/plan_settings.json`);
    assert.match(found.warnings.join('\n'), pattern);
    assert.ok(!JSON.stringify(found).includes(canary));
  }
  assert.equal(Object.hasOwn(Object.prototype, 'planTier'), false);
});

test('secrets are in a secret area, and an offset in the area of its log', () => {
  const area = (name: string) => areaOf(uploadsJson, name)?.id;
  const secret = (name: string) => areaOf(uploadsJson, name)?.secret;
  for (const prefix of ['', 'elsewhere/api/']) {
    for (const name of ['ops_api_keys.json', 'ops_api_keys.json.x1.tmp', 'ops_alert_channels.json']) {
      assert.equal(secret(`${prefix}${admin}/${name}`), true);
    }
    assert.equal(area(`${prefix}.state/audit_sync.json`), area(`${prefix}${admin}/audit_master.jsonl`));
    assert.equal(area(`${prefix}${admin}/plan_settings.json`), 'settings');
    assert.equal(area(`${prefix}${admin}/onboarding/a.json`), 'state');
    assert.equal(area(`${prefix}uploads/a.pdf`), 'uploads');
    assert.equal(area(`${prefix}uploads/user_settings/lightmem_preferences.json`), 'settings');
  }
  assert.equal(area('elsewhere/PLAN_SETTINGS_FILE/plan_settings.json'), 'settings');
  assert.equal(area('elsewhere/CI_STATE_ROOT/plan/plan_config.json'), 'settings');
});

test('the program is recognised by what it leaves', () => {
  const detect = (tree: Tree) => {
    using place = temporaryDirectory();
    makeTree(place.path, tree);
    return uploadsJson.detect(viewOf(place.path, '.', {}));
  };
  assert.ok(detect({ uploads: { admin: { 'plan_settings.json': '' } } }));
  assert.ok(detect({ api: { v1: { uploads: { news: { 'summary_cache.json': '' } } } } }));
  assert.ok(detect({ data: { workspace: { uploads: { user_settings: { 'lightmem_preferences.json': '{}' } } } } }));
  assert.ok(detect({ services: { 'plan_service.py': '' }, scripts: { 'ci_tmp_env.sh': '' } }));
  assert.ok(!detect({}));
  assert.ok(!detect({ uploads: { 'photo.jpg': '', admin: { 'users.json': '' } } }));
});
