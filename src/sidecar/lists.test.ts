import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody, send } from './client/socket-fetch.ts';
import { serveWorkspace } from './test-support.ts';

interface Page {
  nextCursor: string | null;
  total: number;
  [list: string]: unknown;
}

test('every list over HTTP comes in pages that can be sorted and filtered', async t => {
  const { engine, location, token, folder } = await serveWorkspace(t);
  await engine.initRoot();
  const ask = async (request: string) => {
    const message = await send({ ...location, token }, { method: 'GET', path: `/v1/${request}` });
    return { status: message.statusCode, body: JSON.parse((await readBody(message)).toString()) as Page };
  };
  for (const title of ['one', 'two', 'three']) {
    await engine.createSnapshot({ title });
    await engine.createSession({ title });
    await engine.createBackup({ to: `${folder}/backups` });
    await engine.applyMigration({ from: [folder], set: { target: title }, onConflict: 'keep-target' });
    await engine.exportSnapshot(title, { file: `${folder}/${title}.holdfast` });
  }
  for (const [list, field, sort, total] of [
    ['snapshots', 'snapshots', 'title', 3],
    ['sessions', 'sessions', 'title', 3],
    ['snapshot_access_logs', 'visits', 'title', 3],
    ['backups', 'backups', 'file', 3],
    ['migrations', 'migrations', 'bytes', 3],
    ['operations', 'operations', 'kind', 12],
    ['log', 'entries', 'action', 16],
  ] as const) {
    const whole = (await ask(list)).body;
    assert.deepEqual([whole.total, whole.nextCursor], [total, null], list);
    const paged: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await ask(`${list}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...(body[field] as unknown[]));
      cursor = body.nextCursor;
    }
    assert.deepEqual(paged, whole[field], list);
    const sorted = (await ask(`${list}?sort=${sort}`)).body[field] as Record<string, string>[];
    const keys = sorted.map(one => one[sort]!);
    assert.deepEqual(
      keys,
      keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      list,
    );
    assert.equal((await ask(`${list}?filter=nothing+like+it`)).body.total, 0, list);
    for (const other of ['snapshots', 'sessions', 'backups', 'migrations']) {
      const { nextCursor } = (await ask(`${other}?sort=createdAt&limit=1`)).body;
      if (other !== list) assert.equal((await ask(`${list}?sort=createdAt&cursor=${nextCursor}`)).status, 400, other);
    }
    for (const wrong of ['limit=0', 'limit=101', 'limit=some', 'cursor=none', 'sort=colour'])
      assert.equal((await ask(`${list}?${wrong}`)).status, 400, `${list}?${wrong}`);
  }
});
