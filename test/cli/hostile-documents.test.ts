import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import { ApplyResult, MigrationPlan } from '../../src/protocol/migrations.ts';
import { Status } from '../../src/protocol/root.ts';
import { SessionList } from '../../src/protocol/sessions.ts';
import { atlasStateFile } from '../fixtures/atlas.ts';
import { hostileJson, hugeJson } from '../fixtures/hostile-json.ts';
import { readTree, temporaryDirectory } from '../fixtures/tree.ts';
import { measuredRuns } from './measured.ts';
import { newWorkspace } from './workspace.ts';

const id = (index: number) => `6f1d2c3b-0000-4000-8000-${String(index).padStart(12, '0')}`;

interface Application {
  profile: string;
  /** What makes the workspace one of this application. */
  files: Record<string, string>;
  /** Where documents lie that it parses, relative to the workspace; all for the document of this number. */
  places(index: number): string[];
  /** So many documents there are in one workspace at most, where the program has one file. */
  most?: number;
  env?: Record<string, string>;
}

const nuvien = [
  ...['plan_settings', 'plan_catalog', 'plan_config', 'toss_orders', 'toss_order_context', 'toss_webhook_events'].map(
    name => `uploads/admin/${name}.json`,
  ),
  'uploads/news/summary_cache.json',
  '.state/audit_sync.json',
];

const applications: readonly Application[] = [
  {
    profile: 'digital-article',
    files: { 'backend/notebook_workspace/x.txt': 'x' },
    places: index => [
      `data/notebooks/${id(index)}.json`,
      `backend/notebook_workspace/${id(index)}/state/metadata.json`,
      `backend/notebook_workspace/${id(index)}/state/checkpoint.pkl`,
    ],
  },
  {
    profile: 'doco',
    files: { 'logs/gofr_doc_tokens.json': '{}' },
    places: index => [
      `test/data/sessions/${id(index)}.json`,
      `test/data/storage/group${index}/metadata.json`,
      `test/data/storage/session_${id(index + 100)}/metadata.json`,
      `test/data/storage/session_${id(index + 100)}/fragments.json`,
      `logs/${index}_tokens.json`,
    ],
  },
  {
    profile: 'uploads-json',
    files: { 'services/plan_service.py': '', 'scripts/ci_tmp_env.sh': '' },
    places: index => [nuvien[index % nuvien.length]!, `uploads/user_settings/${index}.json`],
  },
  {
    profile: 'webviz',
    files: { 'webviz-export/sessions/x.json': '{}' },
    places: index => [
      ...['sessions', 'snapshots', 'snapshot_access_logs'].map(
        directory => `webviz-export/${directory}/${String(index).padStart(12, '0')}.json`,
      ),
      'webviz-export/localStorage.json',
    ],
  },
  {
    profile: 'atlas',
    files: {},
    places: index => [[atlasStateFile], ['other/state.json']][index]!,
    most: 2,
    env: { ATLAS_STATE_FILE: 'other/state.json' },
  },
  {
    profile: 'tally',
    files: {
      'holdfast.profile.json': JSON.stringify({
        id: 'tally',
        title: 'Tally',
        areas: [{ id: 'sessions', title: 'Books', globs: ['books/**'] }],
        legacy: [{ id: 'old', title: 'Old books', path: 'old', to: 'books' }],
        sessions: { files: ['books/*.json'], title: ['title'] },
      }),
    },
    places: index => [`old/${index}.json`],
  },
];

/** A workspace of the application that holds these documents, each at all places for the one of its number. */
function workspaceWith(t: TestContext, { files, env }: Application, documents: Record<string, string | Buffer>) {
  const workspace = newWorkspace(t);
  Object.assign(workspace.env, env);
  workspace.write({ ...files, ...documents });
  return { workspace, run: measuredRuns(workspace) };
}

/** Each document has to be an item of the plan, or to be left out with a reason. */
function assertNamed({ items, omitted }: MigrationPlan, documents: readonly string[]): void {
  for (const at of documents) {
    const named = items.some(one => one.source === at) || omitted.some(one => one.path === at && one.reason);
    assert.ok(named, `${at} is not named`);
  }
}

suite('documents that nobody meant to write', { concurrency: 2 }, () => {
  for (const application of applications) {
    const { profile, places, most = 100 } = application;

    test(`${profile}: every kind of them is brought in as it is`, t => {
      const contents = Object.values(hostileJson);
      for (let from = 0; from < contents.length; from += most) {
        const group = contents.slice(from, from + most);
        const documents = Object.fromEntries(
          group.flatMap((content, index) => places(index).map(at => [at, content] as const)),
        );
        const { workspace, run } = workspaceWith(t, application, documents);
        const before = readTree(workspace.folder);
        run(['session', 'list', '--json'], [0, 7]);
        const plan = run(['migrate', 'plan', '--json'], [0, 3]).json(MigrationPlan);
        assert.equal(plan.profile, profile);
        assertNamed(plan, Object.keys(documents));
        const applied = run(['migrate', 'apply', '--json'], [0, 3]).json(ApplyResult);
        assert.equal(applied.copied + applied.upgraded, plan.items.length);
        for (const { action, source, target } of plan.items) {
          if (action !== 'copy') continue;
          const [copy, original] = [path.join(plan.root, target), path.join(workspace.folder, source)];
          assert.ok(readFileSync(copy).equals(readFileSync(original)), source);
        }
        const after = readTree(workspace.folder);
        for (const [at, entry] of Object.entries(before)) assert.deepEqual(after[at], entry, at);
        const { sessions } = run(['session', 'list', '--json', '--limit', '100'], [0]).json(SessionList);
        for (const { broken } of sessions) assert.match(broken ?? 'None.', /^[A-Z].*\.$/);
        run(['status', '--json'], [0]).json(Status);
      }
    });
  }
});

test('a session of 600 MB is listed with its digest, and nothing of it is kept in memory', t => {
  const workspace = newWorkspace(t);
  const run = measuredRuns(workspace);
  const [{ places, profile }] = applications as [Application];
  const file = path.join(workspace.folder, places(0)[0]!);
  workspace.write({ [places(0)[0]!]: '{"cells":[]}' });
  truncateSync(file, 600 * 2 ** 20);
  const { sessions } = run(['session', 'list', '--json', '--profile', profile], [0]).json(SessionList);
  assert.deepEqual(
    [sessions[0]?.bytes, sessions[0]?.broken],
    [600 * 2 ** 20, 'It is larger than 64 MiB and was not looked into.'],
  );
});

suite('documents of 50 MB', () => {
  const huge = temporaryDirectory();
  after(() => huge[Symbol.dispose]());

  for (const [kind, content] of Object.entries(hugeJson)) {
    test(`${kind}: looked at in little time and memory, by every application`, t => {
      const file = path.join(huge.path, 'huge.json');
      writeFileSync(file, content());
      for (const application of applications) {
        const { workspace, run } = workspaceWith(t, application, {});
        const [at] = application.places(0);
        mkdirSync(path.dirname(path.join(workspace.folder, at!)), { recursive: true });
        // The same file under another name: what is written is written once.
        linkSync(file, path.join(workspace.folder, at!));
        run(['session', 'list', '--json'], [0, 7]);
        const plan = run(['migrate', 'plan', '--json'], [0, 3]).json(MigrationPlan);
        assert.equal(plan.profile, application.profile);
        assertNamed(plan, [at!]);
      }
    });
  }
});
