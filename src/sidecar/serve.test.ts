import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readBody, type SidecarAddress, send } from './client/socket-fetch.ts';
import { HoldfastError } from './client.ts';
import type { Problem } from './problem.ts';
import { serve } from './serve.ts';
import { quietPorts, serveWorkspace, temporaryDirectory } from './test-support.ts';

interface Raw {
  method?: string;
  path: string;
  token?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function ask(address: { socket: string } | { url: string }, { method = 'GET', token = '', ...request }: Raw) {
  const message = await send({ ...address, token } as SidecarAddress, { method, ...request });
  const text = (await readBody(message)).toString();
  return { status: message.statusCode, type: message.headers['content-type'], headers: message.headers, text };
}

async function problem(address: { socket: string } | { url: string }, request: Raw): Promise<Problem> {
  const { status, type, text } = await ask(address, request);
  assert.equal(type, 'application/problem+json');
  const parsed = JSON.parse(text) as Problem;
  assert.equal(parsed.status, status);
  return parsed;
}

test('no request is served without the token', async t => {
  const { location, token } = await serveWorkspace(t);
  const none = await problem(location, { path: '/v1/health', headers: { Authorization: '' } });
  assert.deepEqual([none.status, none.code], [401, 'UNAUTHORIZED']);
  assert.match(none.hint!, /Bearer/);
  for (const wrong of ['wrong', `${token}x`, token.slice(1)]) {
    assert.equal((await problem(location, { path: '/v1/root', token: wrong })).code, 'UNAUTHORIZED');
  }
  assert.equal((await problem(location, { path: '/v1/openapi.json', token: 'wrong' })).status, 401);
  const unlike = await ask(location, { path: '/v1/health', token: 'wrong' });
  assert.match(unlike.headers['www-authenticate']!, /^Bearer/);
  assert.ok(!unlike.text.includes(token));
  assert.equal((await ask(location, { path: '/v1/health', token })).status, 200);
});

test('what does not fit is a problem that names the field, and changes nothing', async t => {
  const { location, token, root } = await serveWorkspace(t);
  const json = { 'Content-Type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json) =>
    problem(location, { method: 'POST', path: '/v1/snapshots', token, body, headers });

  const unknown = await problem(location, { path: '/v1/nothing', token });
  assert.deepEqual([unknown.status, unknown.code], [404, 'NOT_FOUND']);
  const wrongType = await post('{"title": 3}');
  assert.deepEqual([wrongType.status, wrongType.code], [400, 'USAGE']);
  assert.match(wrongType.detail, /body field "title"/);
  assert.match((await post('{"titel": "x"}')).detail, /titel/);
  assert.equal((await post('{')).code, 'USAGE');
  assert.equal((await post('{}', { 'Content-Type': 'text/plain' })).status, 415);
  const large = await post(JSON.stringify({ title: 'x'.repeat(17 * 1024 * 1024) }));
  assert.deepEqual([large.status, large.code], [413, 'CONTENT_TOO_LARGE']);
  assert.match((await problem(location, { path: '/v1/snapshots?limit=101', token })).detail, /query field "limit"/);
  const notServed = await problem(location, { path: '/v1/root?workspace=/elsewhere', token });
  assert.deepEqual([notServed.code, notServed.path], ['NOT_FOUND', path.resolve('/elsewhere')]);
  const setting = { method: 'PUT', path: '/v1/workspaces', token, headers: json };
  const fixed = await problem(location, { ...setting, body: '{"workspaces":[],"trusted":true}' });
  assert.deepEqual([fixed.status, fixed.code], [403, 'UNTRUSTED']);
  assert.equal(existsSync(path.join(root, '.holdfast')), false);
});

test("the engine's errors arrive as they were thrown", async t => {
  const { engine, client, location, token, root } = await serveWorkspace(t);
  await engine.initRoot();
  await assert.rejects(engine.showSnapshot('nothing'), (error: unknown) => {
    assert.ok(HoldfastError.is(error, 'NOT_FOUND'));
    assert.match(error.hint!, /snapshot list/);
    return true;
  });
  await assert.rejects(engine.listSnapshots({ sort: 'colour' }), { code: 'USAGE' });
  for (const nothing of ['', '.', '..']) await assert.rejects(engine.showSnapshot(nothing), { code: 'NOT_FOUND' });
  await assert.rejects(client.in('/elsewhere').status(), { code: 'NOT_FOUND' });
  assert.deepEqual((await problem(location, { path: '/v1/snapshots/x/files', token })).status, 404);
  await engine.createSnapshot({ title: 'same' });
  await engine.createSnapshot({ title: 'same' });
  const ambiguous = await problem(location, { path: '/v1/snapshots/same', token });
  assert.deepEqual([ambiguous.status, ambiguous.code], [400, 'AMBIGUOUS']);
  assert.equal(existsSync(root), true);
});

test('the verbs of the engine, from another process', async t => {
  const { engine, root, folder } = await serveWorkspace(t);
  assert.equal((await engine.root()).root, root);
  assert.equal((await engine.initRoot()).created, true);
  const title = 'a title / with ? everything # 100% é';
  const snapshot = await engine.createSnapshot({ title });
  assert.equal(snapshot.files, 1);
  assert.equal((await engine.showSnapshot(title)).id, snapshot.id);
  assert.equal((await engine.editSnapshot(snapshot.id, { pinned: true })).pinned, true);
  assert.equal((await engine.listSnapshots({ limit: 5, desc: true, cursor: undefined })).total, 1);
  const files = await engine.snapshotFiles('latest');
  assert.deepEqual(
    files.map(file => file.path),
    ['note.txt'],
  );
  assert.equal(Buffer.from(await engine.snapshotContent('latest', 'note.txt')).toString(), 'first');
  writeFileSync(path.join(root, 'note.txt'), 'second');
  const diff = await engine.diffSnapshot('latest', null, ['note.txt']);
  assert.deepEqual(
    diff.modified.map(change => change.path),
    ['note.txt'],
  );
  const mistyped = engine.diffSnapshot('latest', null, ['note.txt', 'absent.txt']);
  assert.equal(await mistyped.catch(error => error.path), 'absent.txt');
  const restored = await engine.restoreSnapshot(snapshot.id, {});
  assert.equal(restored.overwritten, 1);
  assert.equal((await engine.status()).snapshots.count, 2);
  const bundle = path.join(path.dirname(folder), 'one.holdfast');
  assert.equal((await engine.exportSnapshot(snapshot.id, { file: bundle })).fileBytes, statSync(bundle).size);
  assert.equal((await engine.importSnapshot({ file: bundle })).imported, false);
  const backup = await engine.createBackup({ to: path.join(path.dirname(folder), 'backups') });
  assert.equal((await engine.verifyBackup(backup.file)).ok, true);
  assert.equal((await engine.verifyVault({ readData: true })).ok, true);
  assert.deepEqual(await engine.repairVault(), { ok: true, repaired: [], lost: [] });
  const plan = await engine.planMigration({});
  assert.equal(await engine.planContent(plan.planId, 'none', 'target').catch(error => error.code), 'NOT_FOUND');
  assert.equal((await engine.listSessions()).total, 0);
  assert.ok((await engine.log({ limit: 2 })).length > 0);
  await assert.rejects(engine.deleteSnapshot(snapshot.id), { code: 'CONFLICT' });
  await engine.editSnapshot(snapshot.id, { pinned: false });
  assert.deepEqual(await engine.deleteSnapshot(snapshot.id), { deleted: [snapshot.id] });
});

test('a name that is not UTF-8 is found by its bytes', { skip: process.platform !== 'linux' }, async t => {
  const { engine, root } = await serveWorkspace(t);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff, 0x20, 0x2b])]), 'odd');
  await engine.initRoot();
  await engine.createSnapshot({});
  assert.equal(Buffer.from(await engine.snapshotContent('latest', 'a\udcff +')).toString(), 'odd');
  assert.equal((await engine.snapshotFiles('latest', 'a\udcff +')).length, 1);
  assert.equal((await engine.fileHistory('a\udcff +')).versions.length, 1);
});

test('an untrusted workspace is read and never written', async t => {
  const { engine, root } = await serveWorkspace(t, { trusted: false });
  assert.equal((await engine.root()).root, root);
  await assert.rejects(engine.initRoot(), { code: 'UNTRUSTED' });
  await assert.rejects(engine.createSnapshot({}), { code: 'UNTRUSTED' });
  assert.equal(existsSync(path.join(root, '.holdfast')), false);
});

test('a root that changes on disk is followed without being told', async t => {
  const { engine, client, folder, root } = await serveWorkspace(t, { workspacesCanChange: true });
  assert.equal((await engine.root()).root, root);
  const other = path.join(folder, 'state');
  await client.setWorkspaces({ workspaces: [{ folder, user: { root: 'state' } }], trusted: true });
  assert.equal((await engine.root()).root, other);
  await assert.rejects(client.setWorkspaces({ workspaces: [{ folder: 'relative' }], trusted: true }), {
    code: 'USAGE',
  });
});

test('on TCP, only requests to the own name are served', async t => {
  const { location, token, client } = await serveWorkspace(t, { listen: '0' });
  assert.ok('url' in location);
  assert.match(location.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await client.health()).status, 'ok');
  const { port } = new URL(location.url);
  assert.equal(
    (await ask(location, { path: '/v1/health', token, headers: { Host: `localhost:${port}` } })).status,
    200,
  );
  const rebound = await problem(location, { path: '/v1/health', token, headers: { Host: `evil.example:${port}` } });
  assert.deepEqual([rebound.status, rebound.code], [421, 'MISDIRECTED']);
  const taken = serve({ listen: port, ports: quietPorts('/'), workspaces: [], token });
  await assert.rejects(taken, { code: 'CONFLICT' });
  await assert.rejects(serve({ listen: '0', ports: quietPorts('/'), workspaces: [], token: '' }), { code: 'USAGE' });
});

test('the socket is private, replaced when nobody answers on it, and gone afterwards', {
  skip: process.platform === 'win32',
}, async t => {
  const directory = temporaryDirectory(t);
  const socket = path.join(directory, 'socket');
  const start = () => serve({ listen: socket, ports: quietPorts(directory), workspaces: [], token: 'x' });
  const first = await start();
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  await assert.rejects(start(), { code: 'CONFLICT' });
  await first.close();
  assert.equal(existsSync(socket), false);
  const { spawnSync } = await import('node:child_process');
  const listen = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listen, socket]);
  assert.equal(existsSync(socket), true);
  await (await start()).close();
  assert.equal(existsSync(socket), false);
});

test('the description lists every route with its schemas', async t => {
  const { location, token } = await serveWorkspace(t);
  const { text } = await ask(location, { path: '/v1/openapi.json', token });
  const document = JSON.parse(text);
  assert.equal(document.openapi, '3.1.0');
  const routes = Object.entries<Record<string, unknown>>(document.paths).flatMap(([route, item]) =>
    Object.keys(item).map(method => `${method} ${route}`),
  );
  assert.deepEqual(routes.sort(), [
    'delete /v1/backups/{id}',
    'delete /v1/operations/{id}',
    'delete /v1/sessions/{id}',
    'delete /v1/sessions/{id}/buffer',
    'delete /v1/snapshots/{id}',
    'get /v1/backups',
    'get /v1/events',
    'get /v1/files/history',
    'get /v1/health',
    'get /v1/log',
    'get /v1/migrations',
    'get /v1/migrations/plans/{id}/content',
    'get /v1/migrations/{id}',
    'get /v1/operations',
    'get /v1/operations/{id}',
    'get /v1/root',
    'get /v1/sessions',
    'get /v1/sessions/recoverable',
    'get /v1/sessions/{id}',
    'get /v1/sessions/{id}/buffer',
    'get /v1/sessions/{id}/content',
    'get /v1/sessions/{id}/diff',
    'get /v1/sessions/{id}/files',
    'get /v1/sessions/{id}/versions',
    'get /v1/sessions/{id}/versions/{version}/content',
    'get /v1/snapshot_access_logs',
    'get /v1/snapshots',
    'get /v1/snapshots/{id}',
    'get /v1/snapshots/{id}/content',
    'get /v1/snapshots/{id}/diff',
    'get /v1/snapshots/{id}/files',
    'get /v1/status',
    'get /v1/vault/stats',
    'patch /v1/sessions/{id}',
    'patch /v1/sessions/{id}/buffer',
    'patch /v1/snapshots/{id}',
    'post /v1/backups',
    'post /v1/backups/{id}/restore',
    'post /v1/backups/{id}/verify',
    'post /v1/migrations',
    'post /v1/migrations/plans',
    'post /v1/migrations/{id}/undo',
    'post /v1/root',
    'post /v1/sessions',
    'post /v1/sessions/import',
    'post /v1/sessions/{id}/export',
    'post /v1/sessions/{id}/merge',
    'post /v1/sessions/{id}/recover',
    'post /v1/sessions/{id}/revert',
    'post /v1/sessions/{id}/undelete',
    'post /v1/snapshots',
    'post /v1/snapshots/import',
    'post /v1/snapshots/{id}/export',
    'post /v1/snapshots/{id}/restore',
    'post /v1/snapshots/{id}/undelete',
    'post /v1/vault/prune',
    'post /v1/vault/repair',
    'post /v1/vault/verify',
    'put /v1/sessions/{id}/content',
    'put /v1/workspaces',
  ]);
  const { post } = document.paths['/v1/snapshots'];
  assert.equal(post.requestBody.content['application/json'].schema.properties.title.type, 'string');
  assert.ok(post.responses['202'].content['application/json'].schema.properties.result);
  assert.ok(post.responses['202'].headers.Location);
  const update = document.paths['/v1/sessions/{id}/content'].put;
  assert.ok(
    update.parameters.some((one: { name: string; in: string }) => one.name === 'If-Match' && one.in === 'header'),
  );
  assert.ok(update.requestBody.content['application/octet-stream']);
  assert.ok(update.responses['200'].headers.ETag);
  for (const item of Object.values<Record<string, { responses: Record<string, unknown> }>>(document.paths)) {
    for (const { responses } of Object.values(item)) assert.ok(responses.default);
  }
  assert.ok(document.components.schemas.Problem.properties.code.enum.includes('PLAN_STALE'));
});
