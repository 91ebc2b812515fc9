import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { SessionList, SessionResult } from '../../src/protocol/sessions.ts';
import { newWorkspace, rootedWorkspace } from './workspace.ts';

const profile = JSON.stringify({
  id: 'app',
  title: 'App',
  areas: [{ id: 'one', title: 'One', globs: ['one/**'] }],
  sessions: { files: ['one/*.json', 'two/*.json'], title: ['title'] },
});

describe('sessions that nobody expects', () => {
  test('foreign and broken files among them harm no other session and stay as they are', t => {
    const { done, run, root } = rootedWorkspace(t);
    const { session } = done('session', 'create', '--title', 'Good', '--json').json(SessionResult);
    const sessions = path.join(root, 'sessions');
    const broken = (letter: string, words: string | undefined, content: boolean) => {
      const directory = path.join(sessions, letter.repeat(20));
      mkdirSync(content ? path.join(directory, 'content') : directory, { recursive: true });
      if (words !== undefined) writeFileSync(path.join(directory, 'session.json'), words);
      if (content) writeFileSync(path.join(directory, 'content', 'content.json'), '{"a":');
    };
    writeFileSync(path.join(sessions, 'notes.txt'), 'mine');
    writeFileSync(path.join(sessions, '.DS_Store'), '\0\0');
    mkdirSync(path.join(sessions, 'not an id'));
    writeFileSync(path.join(sessions, 'f'.repeat(20)), 'a file where a session would be');
    broken('a', 'no record', true);
    broken('b', undefined, true);
    broken('c', readFileSync(path.join(sessions, session.id, 'session.json'), 'utf8'), true);
    broken('d', '', false);
    if (process.platform !== 'win32') symlinkSync('/etc', path.join(sessions, 'e'.repeat(20)));

    const list = done('session', 'list', '--limit', '100', '--json').json(SessionList);
    assert.deepEqual(
      list.sessions.filter(one => one.broken === undefined).map(({ id }) => id),
      [session.id],
    );
    for (const letter of ['a', 'b', 'c', 'd']) {
      const id = letter.repeat(20);
      assert.ok(list.sessions.find(one => one.id === id)?.broken, id);
      assert.ok(done('session', 'show', id, '--json').json(SessionResult).session.broken, id);
    }
    assert.match(done('session', 'list').stdout, /Good/);
    assert.notEqual(run('session', 'show', 'f'.repeat(20)).status, 0);
    writeFileSync(path.join(root, '..', '..', 'new.json'), '{"a":2}');
    assert.equal(
      done('session', 'update', 'Good', '--from', 'new.json', '--json').json(SessionResult).session.version,
      2,
    );
    assert.equal(readFileSync(path.join(sessions, 'notes.txt'), 'utf8'), 'mine');
    assert.equal(readFileSync(path.join(sessions, 'a'.repeat(20), 'session.json'), 'utf8'), 'no record');
  });

  test('of two with one id each can be named by where it lies', t => {
    const { done, run, write } = newWorkspace(t);
    write({
      'holdfast.profile.json': profile,
      'data/workspace/one/same.json': '{"title":"First"}',
      'data/workspace/two/same.json': '{"title":"Second"}',
      'data/workspace/two/broken.json': 'no JSON',
    });
    const refused = run('session', 'show', 'same', '--json');
    assert.equal(refused.status, 2);
    assert.deepEqual(
      [refused.error().code, refused.error().details],
      ['AMBIGUOUS', { ids: ['one/same.json', 'two/same.json'] }],
    );
    assert.equal(run('session', 'delete', 'same', '--yes').status, 2);
    for (const [location, title] of [
      ['one/same.json', 'First'],
      ['two/same.json', 'Second'],
    ] as const)
      assert.equal(done('session', 'show', location, '--json').json(SessionResult).session.title, title);
    write({ 'new.json': '{"title":"Newer"}' });
    done('root', 'init');
    done('session', 'update', 'two/same.json', '--from', 'new.json');
    assert.equal(done('session', 'show', 'one/same.json', '--json').json(SessionResult).session.title, 'First');
    assert.equal(done('session', 'history', 'two/same.json', '--json').status, 0);
    assert.match(done('session', 'show', 'broken').stdout, /Broken +/);
  });

  test('titles that are too long are refused, and what is markup or a control character is shown as it is', t => {
    const { done, run, write } = newWorkspace(t);
    const long = `x\u001b[2J<img src=x>${'y'.repeat(10_000)}`;
    write({
      'holdfast.profile.json': profile,
      'data/workspace/one/long.json': JSON.stringify({ title: long }),
    });
    done('root', 'init');
    const refused = run('session', 'create', '--title', 'y'.repeat(10_000), '--json');
    assert.deepEqual([refused.status, refused.error().code], [2, 'USAGE']);
    const title = '<b>[x](command:y)</b>\n# *z*';
    const made = done('session', 'create', '--title', title, '--json').json(SessionResult).session;
    assert.equal(made.title, title);
    assert.equal(run('session', 'edit', made.id, '--title', 'y'.repeat(51)).status, 2);
    const { stdout } = done('session', 'list');
    assert.ok(!stdout.includes('\u001b[2J') && stdout.includes('<b>[x](command:y)</b>'), stdout.slice(0, 500));
    assert.equal(done('session', 'show', 'one/long.json', '--json').json(SessionResult).session.title, long);
  });
});
