import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody, type SidecarAddress, send } from './client/socket-fetch.ts';
import { quietPorts, serveWorkspace, temporaryDirectory } from './test-support.ts';

test('reading files of a snapshot is one visit in five seconds, of whoever the application names', async t => {
  let now = Date.parse('2026-11-21T10:00:00.000Z');
  const ports = { ...quietPorts(temporaryDirectory(t)), now: () => new Date(now) };
  const { engine, location, token } = await serveWorkspace(t, { ports });
  const { id } = await engine.createSnapshot({ title: 'shared' });
  const counts = async () =>
    (await engine.snapshotVisits({ sort: 'visitor' })).visits.map(({ visitor, visits }) => [visitor, visits]);
  await engine.showSnapshot(id);
  assert.deepEqual(await counts(), []);
  await engine.snapshotFiles(id);
  await engine.snapshotContent(id, 'note.txt');
  await engine.snapshotContent('shared', 'note.txt');
  await assert.rejects(engine.snapshotContent(id, 'absent'), { code: 'NOT_FOUND' });
  assert.deepEqual(await counts(), [['tester', 1]]);
  now += 5000;
  await engine.snapshotContent(id, 'note.txt');
  const headers = { 'Holdfast-User': Buffer.from('Zoë').toString('latin1') };
  const path = `/v1/snapshots/${id}/content?path=note.txt`;
  const message = await send({ ...location, token } as SidecarAddress, { method: 'GET', path, headers });
  assert.equal((await readBody(message)).toString(), 'first');
  assert.deepEqual(await counts(), [
    ['Zoë', 1],
    ['tester', 2],
  ]);
  assert.equal((await engine.snapshotVisits({ snapshot: id, limit: 1 })).visits.length, 1);
});

test('in a workspace that is not trusted nobody is counted', async t => {
  const { engine, client, folder } = await serveWorkspace(t, { workspacesCanChange: true });
  await engine.createSnapshot({});
  await client.setWorkspaces({ workspaces: [{ folder }], trusted: false });
  assert.equal((await engine.snapshotFiles('latest')).length, 1);
  assert.equal((await engine.snapshotVisits()).total, 0);
});
