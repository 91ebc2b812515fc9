import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { startJournal } from '../../src/engine/sessions/buffers/journal.ts';
import { sessionKey } from '../../src/engine/sessions/versions.ts';
import { nodePorts } from '../../src/node-ports.ts';
import {
  MergeConflict,
  RecoverableList,
  SessionDiff,
  SessionHistory,
  SessionResult,
  SessionVersion,
} from '../../src/protocol/sessions.ts';
import { SnapshotResult } from '../../src/protocol/snapshots.ts';
import { rootedWorkspace } from './workspace.ts';

const Conflict = z.object({ expected: SessionVersion, current: SessionVersion });

describe('versions of sessions', () => {
  test('from the first to the last: what is made, compared, reverted, deleted and brought back', t => {
    const { done, run, folder, root, write } = rootedWorkspace(t);
    write({ 'report.json': '{"sales":1}', 'newer.json': '{"sales":2}' });
    const session = (...args: string[]) => done('session', ...args, '--json').json(SessionResult).session;
    const made = session('create', '--title', 'Sales report', '--from', 'report.json', '--description', 'of May');
    assert.deepEqual([made.version, made.title, made.description], [1, 'Sales report', 'of May']);
    const file = path.join(root, 'sessions', made.id, 'content', 'report.json');
    assert.equal(readFileSync(file, 'utf8'), '{"sales":1}');

    assert.equal(session('update', made.id, '--from', 'newer.json', '--expect-version', '1').version, 2);
    const stale = run('session', 'update', made.id, '--from', 'report.json', '--expect-version', '1', '--json');
    assert.equal(stale.status, 4);
    const { code, details } = stale.error();
    assert.equal(code, 'VERSION_CONFLICT');
    const { expected, current } = Conflict.parse(details);
    assert.deepEqual([expected.version, current.version], [1, 2]);
    assert.equal(readFileSync(file, 'utf8'), '{"sales":2}');

    const diff = done('session', 'diff', 'Sales report', '1', '--json').json(SessionDiff);
    assert.deepEqual([diff.a, diff.b, diff.modified.map(one => one.path)], [1, null, ['report.json']]);
    assert.match(done('session', 'diff', made.id, '1', '2').stdout, /M report\.json.*\nFrom version 1 to version 2/);
    assert.equal(session('revert', made.id, '--version', '1', '--expect-version', '2').version, 3);
    assert.equal(readFileSync(file, 'utf8'), '{"sales":1}');
    assert.equal(session('edit', made.id, '--title', 'Sales').title, 'Sales');

    const deleted = done('session', 'delete', 'Sales', '--json').json(
      SessionResult.extend({ deleted: z.string(), version: z.number() }),
    );
    assert.deepEqual([deleted.session.id, deleted.deleted, deleted.version], [made.id, made.id, 4]);
    assert.equal(existsSync(file), false);
    assert.match(done('session', 'history', 'Sales').stdout, /The session is deleted/);
    assert.equal(session('undelete', 'Sales').version, 5);
    assert.equal(readFileSync(file, 'utf8'), '{"sales":1}');
    const history = done('session', 'history', made.id, '--json').json(SessionHistory);
    assert.deepEqual(
      history.versions.map(({ version, action }) => `${version} ${action}`),
      ['5 undelete', '4 delete', '3 revert', '2 update', '1 create'],
    );
    assert.match(done('session', 'history', made.id).stdout, /3 .* reverted to 1 /);

    const copy = session('create', '--title', 'Copy', '--from', made.id);
    assert.equal(copy.contentHash, made.contentHash);
    assert.equal(run('session', 'create', '--title', 'None', '--from', path.join(folder, 'nothing')).status, 1);
    assert.equal(run('session', 'create', '--title', 'None', '--from', 'nothing').status, 1);
    assert.equal(run('session', 'create', '--title', 'x'.repeat(51)).status, 2);
    const { snapshot } = done('snapshot', 'create', '--session', made.id, '--json').json(SnapshotResult);
    assert.deepEqual([snapshot.scope.paths, snapshot.files], [[`sessions/${made.id}`], 2]);
    assert.equal(session('create', '--title', 'Of a snapshot', '--from', snapshot.id).contentHash, made.contentHash);
    const [whole, part] = [
      `${snapshot.id}:sessions/${made.id}`,
      `${snapshot.id}:sessions/${made.id}/content/report.json`,
    ];
    for (const from of [whole, part])
      assert.equal(session('create', '--title', 'Of a path', '--from', from).contentHash, made.contentHash);
    assert.equal(run('session', 'create', '--title', 'None', '--from', `${snapshot.id}:nothing`).status, 1);
    writeFileSync(file, '{"sales":3}');
    assert.match(done('session', 'show', made.id).stdout, /Version +5 {2}\(some program wrote since\)/);
    assert.match(done('session', 'diff', made.id).stdout, /From version 5 to the session as it is now/);
  });

  test('two changes of one version are merged, or what conflicts is listed', t => {
    const { done, run, write } = rootedWorkspace(t);
    write({
      'one.json': '{"a":1,"b":1}',
      'two.json': '{"a":2,"b":1}',
      'mine.json': '{"a":1,"b":2}',
      'no.json': '{"a":3}',
    });
    const session = (...args: string[]) => done('session', ...args, '--json').json(SessionResult).session;
    const { id } = session('create', '--title', 'Both', '--from', 'one.json');
    session('update', id, '--from', 'two.json');
    assert.equal(session('merge', id, '--from', 'mine.json', '--base', '1').version, 3);
    const conflict = run('session', 'merge', id, '--from', 'no.json', '--base', '1', '--json');
    assert.equal(conflict.status, 4);
    const { conflicts } = z.object({ conflicts: z.array(MergeConflict) }).parse(conflict.error().details);
    assert.ok(conflicts.some(one => one.path === '/a'));
  });

  test('unsaved edits are listed, recovered and given up', t => {
    const { done, run, root } = rootedWorkspace(t);
    const { session } = done('session', 'create', '--title', 'Typed', '--json').json(SessionResult);
    const key = sessionKey(session.location);
    const type = (id: string, text: string) => {
      const file = path.join(root, '.holdfast', 'buffers', key, `${id}.jsonl`);
      const process = { host: 'elsewhere', bootId: '', pid: 1, processStart: '', user: 'kim' };
      const content = { location: session.location, file: '', base: 1, text, length: text.length };
      startJournal(nodePorts(), file, { buffer: 1, id, at: '2026-05-01T10:00:00.000Z', ...process, ...content });
    };
    type('a'.repeat(20), '[1]');
    const list = () => done('session', 'recoverable', '--json').json(RecoverableList).recoverable;
    assert.deepEqual(
      list().map(one => [one.session, one.base]),
      [[session.id, 1]],
    );
    assert.match(done('session', 'recoverable').stdout, /Typed/);
    assert.equal(done('session', 'recover', session.id, '--json').json(SessionResult).session.version, 2);
    type('b'.repeat(20), '[1]');
    const again = done('session', 'recover', session.id, '--json').json(SessionResult).session;
    assert.deepEqual([again.version, list()], [2, []], 'what it holds already is recovered: the edits only go');
    type('c'.repeat(20), '[2]');
    assert.equal(run('session', 'recover', session.id).status, 4, 'the session went on');
    done('session', 'discard', session.id);
    assert.deepEqual(list(), []);
    assert.equal(run('session', 'discard', session.id).status, 1);
  });
});
