import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SessionHistory, SessionResult } from '../../src/protocol/sessions.ts';
import { ExportResult, ImportResult, SessionExported, SessionImported } from '../../src/protocol/share.ts';
import { SnapshotList } from '../../src/protocol/snapshots.ts';
import { VisitList } from '../../src/protocol/visits.ts';
import { newWorkspace, rootedWorkspace } from './workspace.ts';

const profile = JSON.stringify({
  id: 'app',
  title: 'App',
  areas: [{ id: 'keys', title: 'Keys', globs: ['keys/**'], secret: true }],
});

test('a snapshot is exported, without its secrets, and imported elsewhere', t => {
  const here = rootedWorkspace(t);
  const there = newWorkspace(t);
  here.write({ 'holdfast.profile.json': profile, 'data/workspace/keys/token': 'hunter2' });
  here.done('snapshot', 'create', '--title', 'For you');
  const file = path.join(here.folder, 'one.holdfast');
  const exported = here.run('snapshot', 'export', 'latest', 'one.holdfast', '--json');
  assert.equal(exported.status, 3);
  const result = exported.json(ExportResult);
  assert.equal(result.file, file);
  assert.deepEqual(
    result.omitted.map(omission => omission.path),
    ['keys/token'],
  );
  assert.ok(!readFileSync(file).includes('hunter2'));
  assert.equal(here.run('snapshot', 'export', 'latest', 'one.holdfast').status, 4);
  const all = here.done('snapshot', 'export', 'For you', 'all.holdfast', '--include-secrets').stdout;
  assert.match(all, /^Exported snapshot "For you" \w{8} to .*all\.holdfast: 4 files, /);

  assert.equal(there.run('snapshot', 'import', file).status, 7, 'no root yet');
  there.done('root', 'init');
  assert.match(there.done('snapshot', 'import', file).stdout, /^Imported snapshot "For you"/);
  assert.equal(there.done('snapshot', 'import', file, '--json').json(ImportResult).imported, false);
  assert.equal(there.done('snapshot', 'list', '--json').json(SnapshotList).total, 1);
  assert.equal(there.done('snapshot', 'restore', 'latest', '--yes').status, 0);
  assert.ok(existsSync(path.join(there.root, 'uploads/report.csv')));

  const damaged = readFileSync(file);
  damaged.writeUInt8(damaged.readUInt8(damaged.length >> 1) ^ 1, damaged.length >> 1);
  writeFileSync(file, damaged);
  const refused = there.run('snapshot', 'import', file, '--json');
  assert.deepEqual([refused.status, refused.error().code], [5, 'CORRUPT']);
});

test('a session goes elsewhere with its versions; another content there is a conflict', t => {
  const here = rootedWorkspace(t);
  const there = newWorkspace(t);
  there.done('root', 'init');
  here.write({ 'one.json': '{"a":1}', 'two.json': '{"a":2}' });
  const made = here.done('session', 'create', '--title', 'Wells', '--from', 'one.json', '--json').json(SessionResult);
  here.done('session', 'update', 'Wells', '--from', 'two.json');
  const exported = here.done('session', 'export', 'Wells', 'wells.holdfast', '--json').json(SessionExported);
  const file = path.join(here.folder, 'wells.holdfast');
  assert.deepEqual([exported.file, exported.session, exported.versions], [file, made.session.id, 2]);
  assert.equal(here.run('session', 'export', 'Wells', 'wells.holdfast').status, 4);

  assert.match(there.done('session', 'import', file).stdout, /^Imported session "Wells"/);
  const { versions } = there.done('session', 'history', 'Wells', '--json').json(SessionHistory);
  assert.deepEqual(
    versions.map(({ action }) => action),
    ['update', 'create'],
  );
  assert.equal(there.done('session', 'import', file, '--json').json(SessionImported).imported, false);
  assert.match(there.done('session', 'import', file).stdout, /is here already; nothing was changed/);
  there.done('session', 'update', 'Wells', '--from', path.join(here.folder, 'one.json'));
  const conflict = there.run('session', 'import', file, '--json');
  assert.deepEqual([conflict.status, conflict.error().code], [4, 'CONFLICT']);
  const renewed = there.done('session', 'import', file, '--as-new', '--json').json(SessionImported);
  assert.deepEqual([renewed.imported, renewed.session.version, renewed.session.title], [true, 2, 'Wells']);
  assert.notEqual(renewed.session.id, made.session.id);

  writeFileSync(file, readFileSync(file).subarray(0, -100));
  const refused = there.run('session', 'import', file, '--json');
  assert.deepEqual([refused.status, refused.error().code], [5, 'CORRUPT']);
  assert.equal(there.run('session', 'import', 'nothing.holdfast').status, 1);
});

test('the access log says who exported and restored, also after a deletion', t => {
  const { done, run } = rootedWorkspace(t);
  done('snapshot', 'create', '--title', 'Seen');
  assert.equal(done('snapshot', 'visits').stdout, 'Nobody has visited a snapshot.\n');
  done('snapshot', 'export', 'latest', 'one.holdfast');
  done('snapshot', 'restore', 'Seen');
  done('snapshot', 'delete', 'Seen');
  const { visits, total } = done('snapshot', 'visits', '--json').json(VisitList);
  assert.deepEqual([total, visits[0]!.visits, visits[0]!.snapshotDeleted, visits[0]!.title], [1, 2, true, 'Seen']);
  assert.match(done('snapshot', 'visits', visits[0]!.snapshotId).stdout, /Seen +deleted/);
  assert.equal(run('snapshot', 'visits', 'nothing').status, 1);
});

test('a deleted snapshot does not come back over one that was imported again since, with its secrets', t => {
  const here = rootedWorkspace(t);
  const there = newWorkspace(t);
  there.done('root', 'init');
  here.write({ 'holdfast.profile.json': profile, 'data/workspace/keys/token': 'hunter2' });
  here.done('snapshot', 'create');
  here.run('snapshot', 'export', 'latest', 'some.holdfast');
  here.done('snapshot', 'export', 'latest', 'all.holdfast', '--include-secrets');
  const take = (name: string) => there.done('snapshot', 'import', path.join(here.folder, name), '--json');
  const { id } = take('some.holdfast').json(ImportResult).snapshot;
  there.done('snapshot', 'delete', id);
  const { tree } = take('all.holdfast').json(ImportResult).snapshot;
  const refused = there.run('snapshot', 'undelete', id, '--json');
  assert.deepEqual([refused.status, refused.error().code], [4, 'CONFLICT']);
  const { snapshots } = there.done('snapshot', 'list', '--json').json(SnapshotList);
  assert.deepEqual(
    snapshots.map(one => one.tree),
    [tree],
  );
});
