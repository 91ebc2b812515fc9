import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionList, SessionResult } from '../../src/protocol/sessions.ts';
import { makeDigitalArticle } from '../fixtures/digital-article.ts';
import { newWorkspace } from './workspace.ts';

describe('sessions', () => {
  test('are listed with their titles, page by page', t => {
    const { done, folder } = newWorkspace(t);
    const { notebooks } = makeDigitalArticle(folder);
    const list = (...args: string[]) => done('session', 'list', '--json', ...args).json(SessionList);
    const all = list();
    assert.deepEqual(all.sessions.map(({ title }) => title).toSorted(), notebooks.map(({ title }) => title).toSorted());
    assert.deepEqual([all.total, all.nextCursor], [notebooks.length, null]);
    assert.ok(
      all.sessions.every(({ legacy }) => legacy),
      'nothing has been migrated yet',
    );
    const first = list('--limit', '3', '--sort', 'title');
    assert.equal(first.sessions.length, 3);
    assert.ok(first.nextCursor);
    const rest = list('--limit', '3', '--sort', 'title', '--cursor', first.nextCursor);
    assert.equal(first.sessions.length + rest.sessions.length, notebooks.length);
    assert.equal(list('--filter', 'enzyme').total, 1);
    assert.match(done('session', 'list').stdout, /Enzyme kinetics.*legacy/);
  });

  test('are shown by id, beginning or title', t => {
    const { done, run, folder } = newWorkspace(t);
    const [notebook] = makeDigitalArticle(folder).notebooks;
    assert.ok(notebook);
    for (const reference of [notebook.id, notebook.id.slice(0, 8), notebook.title]) {
      const { session } = done('session', 'show', reference, '--json').json(SessionResult);
      assert.deepEqual([session.id, session.title], [notebook.id, notebook.title]);
    }
    assert.match(done('session', 'show', notebook.id).stdout, /Title +Enzyme kinetics/);
    const missing = run('session', 'show', 'no-such-session', '--json');
    assert.equal(missing.status, 1);
    assert.equal(missing.error().code, 'NOT_FOUND');
  });

  test('are none where the profile knows none', t => {
    const { done, run } = newWorkspace(t);
    assert.equal(run('session', 'list', '--json').error().code, 'ROOT_MISSING');
    done('root', 'init');
    assert.deepEqual(done('session', 'list', '--json').json(SessionList), { sessions: [], nextCursor: null, total: 0 });
    assert.equal(done('session', 'list').stdout, 'No sessions.\n');
  });
});
