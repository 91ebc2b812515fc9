import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readBody, send } from './client/socket-fetch.ts';
import { HoldfastError } from './client.ts';
import { serveWorkspace } from './test-support.ts';

const bytes = (text: string) => Buffer.from(text);
const text = (content: { bytes: Uint8Array }) => Buffer.from(content.bytes).toString();
const listens = process.platform === 'win32' ? { listen: '127.0.0.1:0' } : {};

test('the verbs of sessions, from another process', async t => {
  const { engine } = await serveWorkspace(t, listens);
  const made = await engine.createSession({ title: 'Wells' }, { bytes: bytes('{"a":1}\xff'), file: 'wells.json' });
  assert.equal(text(await engine.sessionContent(made.id)), '{"a":1}\xff');
  const second = await engine.updateSession(made.id, bytes('{"a":2}'), { file: 'wells.json' });
  assert.equal(second.session.version, 2);
  assert.equal((await engine.sessionContent(made.id, 'wells.json')).etag, second.etag);
  await engine.updateSession(made.id, bytes('more'), { file: 'sub/wéll #2?.txt', etag: second.etag });
  assert.deepEqual(
    (await engine.sessionFiles('Wells')).map(file => file.path),
    ['sub/wéll #2?.txt', 'wells.json'],
  );
  await assert.rejects(engine.sessionContent(made.id), { code: 'USAGE' });
  assert.equal(text(await engine.sessionContent(made.id, 'sub/wéll #2?.txt')), 'more');
  const diff = await engine.diffSession(made.id, 1, 3);
  assert.deepEqual(
    [diff.added.map(one => one.path), diff.modified.map(one => one.path)],
    [['sub', 'sub/wéll #2?.txt'], ['wells.json']],
  );
  assert.equal((await engine.diffSession(made.id)).a, 2);
  assert.equal((await engine.editSession(made.id, { title: 'Wells / north' })).title, 'Wells / north');
  assert.equal((await engine.revertSession('Wells / north', { version: 1, expectVersion: 3 })).version, 4);
  assert.deepEqual(await engine.deleteSession(made.id), { deleted: made.id, version: 5 });
  await assert.rejects(engine.showSession(made.id), { code: 'NOT_FOUND' });
  assert.equal((await engine.sessionHistory(made.id)).session, null);
  assert.equal((await engine.undeleteSession(made.id)).version, 6);
  const { session, versions } = await engine.sessionHistory(made.id);
  assert.deepEqual([session?.title, versions.length], ['Wells / north', 6]);
  const old = await engine.sessionVersionContent(made.id, 3, 'sub/wéll #2?.txt');
  assert.equal(Buffer.from(old).toString(), 'more');
  await assert.rejects(engine.sessionVersionContent(made.id, 7), { code: 'NOT_FOUND' });
});

test('a session is exported and imported, as work that can be followed', async t => {
  const { engine, folder } = await serveWorkspace(t, listens);
  const made = await engine.createSession({ title: 'Wells' }, { bytes: bytes('1') });
  const exported = await engine.exportSession('Wells', { file: 'one.holdfast' });
  assert.deepEqual([exported.session, exported.file], [made.id, path.join(folder, 'one.holdfast')]);
  await assert.rejects(engine.exportSession('Wells', { file: 'one.holdfast' }), { code: 'CONFLICT' });
  assert.equal((await engine.importSession({ file: 'one.holdfast' })).imported, false);
  const { session, imported } = await engine.importSession({ file: 'one.holdfast', asNew: true });
  assert.deepEqual([imported, session.title, session.id === made.id], [true, 'Wells', false]);
});

test('an update is made from what was seen, or not at all', async t => {
  const { engine, location, token, root, folder, serving } = await serveWorkspace(t, listens);
  // Nothing is captured by itself.
  serving.services.workspaces.set([{ folder, user: { watch: false } }], true);
  const { id } = await engine.createSession({ title: 'One' }, { bytes: bytes('1') });
  const put = async (body: string, match?: string) => {
    const message = await send(
      { ...location, token },
      {
        method: 'PUT',
        path: `/v1/sessions/${id}/content`,
        body,
        ...(match === undefined ? {} : { headers: { 'If-Match': match } }),
      },
    );
    const answer = JSON.parse((await readBody(message)).toString());
    return { status: message.statusCode, etag: message.headers.etag ?? '', answer };
  };
  const first = await engine.sessionContent(id);
  const second = await put('2', `"7-0123456789abcdef", ${first.etag}`);
  assert.deepEqual([second.status, second.answer.session.version], [200, 2]);
  assert.match(second.etag, /^"2-[0-9a-f]{16}"$/);

  const stale = await put('mine', first.etag);
  assert.deepEqual([stale.status, stale.answer.code], [412, 'VERSION_CONFLICT']);
  assert.deepEqual([stale.answer.details.expected.version, stale.answer.details.current.version], [1, 2]);
  const otherContent = second.etag.replace(/-.{16}/, '-0123456789abcdef');
  for (const never of [`W/${second.etag}`, '"2"', 'nonsense', otherContent, '']) {
    assert.equal((await put('mine', never)).status, 412, never);
  }
  assert.equal(text(await engine.sessionContent(id)), '2');
  assert.equal((await put('3', '*')).status, 200);
  const third = await put('3', undefined);
  assert.equal(third.answer.session.version, 3, 'equal content makes no version');

  // What another program wrote is a conflict for whoever has not seen it, and none for whoever has.
  writeFileSync(path.join(root, 'sessions', id, 'content', 'content.json'), 'by another program');
  await assert.rejects(engine.updateSession(id, bytes('mine'), { etag: third.etag }), (error: unknown) => {
    assert.ok(HoldfastError.is(error, 'VERSION_CONFLICT'));
    return true;
  });
  writeFileSync(path.join(root, 'sessions', id, 'content', 'content.json'), 'and again');
  const seen = await engine.sessionContent(id);
  const after = await engine.updateSession(id, bytes('mine'), { etag: seen.etag });
  const { versions } = await engine.sessionHistory(id);
  assert.deepEqual(
    versions.slice(0, 3).map(({ version, action }) => [version, action]),
    [
      [6, 'update'],
      [5, 'capture'],
      [4, 'capture'],
    ],
  );
  assert.equal(after.session.version, 6);
});

test('no change of a session goes past a stale If-Match', async t => {
  const { engine, location, token } = await serveWorkspace(t, listens);
  const { id } = await engine.createSession({ title: 'One' }, { bytes: bytes('{"a":1}') });
  const { etag: stale } = await engine.sessionContent(id);
  await engine.updateSession(id, bytes('{"a":2}'));
  const { etag: seen } = await engine.sessionContent(id);
  const changes = [
    ['PATCH', '', '{"title":"Two"}', 'application/json'],
    ['POST', '/merge?base=1', '{"a":1,"b":1}', 'application/octet-stream'],
    ['POST', '/revert', '{"version":1}', 'application/json'],
    ['DELETE', '', undefined, 'application/json'],
  ] as const;
  let etag = seen;
  for (const [method, rest, body, type] of changes) {
    const ask = async (match: string) => {
      const headers = { 'If-Match': match, 'Content-Type': type };
      const path = `/v1/sessions/${id}${rest}`;
      const message = await send({ ...location, token }, { method, path, headers, ...(body ? { body } : {}) });
      return { status: message.statusCode, etag: message.headers.etag, text: (await readBody(message)).toString() };
    };
    const refused = await ask(stale);
    assert.deepEqual([refused.status, JSON.parse(refused.text).code], [412, 'VERSION_CONFLICT'], method + rest);
    const done = await ask(etag);
    assert.equal(done.status, 200, done.text);
    etag = done.etag ?? '';
  }
});

test('two changes are merged, and unsaved edits are kept, recovered and given up', async t => {
  const { engine } = await serveWorkspace(t, listens);
  const { id } = await engine.createSession({ title: 'Both' }, { bytes: bytes('{"a":1,"b":1}') });
  await engine.updateSession(id, bytes('{"a":2,"b":1}'));
  const merged = await engine.mergeSession(id, bytes('{"a":1,"b":2}'), { base: 1 });
  assert.equal(merged.version, 3);
  assert.deepEqual(JSON.parse(text(await engine.sessionContent(id))), { a: 2, b: 2 });
  await assert.rejects(engine.mergeSession(id, bytes('{"a":9,"b":1}'), { base: 1 }), (error: unknown) => {
    assert.ok(HoldfastError.is(error, 'CONFLICT'));
    assert.equal((error.details as { conflicts: unknown[] }).conflicts.length, 1);
    return true;
  });

  await engine.updateSession(id, bytes('0123456789'));
  const typed = { offset: 10, length: 0, text: 'x' };
  const { bufferId } = await engine.editBuffer(id, { base: 4, before: 10, edits: [typed] });
  await engine.editBuffer(id, { base: 4, bufferId, before: 11, edits: [{ offset: 0, length: 1, text: '' }] });
  assert.equal(Buffer.from(await engine.bufferContent(id, bufferId)).toString(), '123456789x');
  assert.equal((await engine.showSession(id)).unsaved, true);
  const { recoverable } = await engine.recoverableSessions();
  assert.deepEqual(
    recoverable.map(one => [one.id, one.session, one.base]),
    [[bufferId, id, 4]],
  );
  assert.equal((await engine.recoverSession(id, { bufferId })).version, 5);
  assert.equal(text(await engine.sessionContent(id)), '123456789x');
  const { bufferId: other } = await engine.editBuffer(id, { base: 5, before: 10, edits: [typed] });
  assert.deepEqual(await engine.discardBuffer(id), { discarded: [other] });
  assert.deepEqual(await engine.recoverableSessions(), { recoverable: [] });
});

test('content over the limit is refused before anything is written', async t => {
  const { serving, client, folder, root, location, token } = await serveWorkspace(t, listens);
  const engine = client.in(folder);
  const { id } = await engine.createSession({ title: 'Large' }, { bytes: bytes('1') });
  const large = Buffer.alloc(20 * 1024 * 1024, 'x');
  assert.equal((await engine.updateSession(id, large)).session.bytes, large.length);
  serving.services.workspaces.set([{ folder, user: { sessionLimit: 1000 } }], true);
  const before = readdirSync(path.join(root, '.holdfast', 'packs')).length;
  const message = await send(
    { ...location, token },
    { method: 'PUT', path: `/v1/sessions/${id}/content`, body: large },
  );
  const answer = JSON.parse((await readBody(message)).toString());
  assert.deepEqual([message.statusCode, answer.code], [413, 'CONTENT_TOO_LARGE']);
  await assert.rejects(engine.updateSession(id, Buffer.alloc(1001)), { code: 'CONTENT_TOO_LARGE' });
  assert.equal((await engine.updateSession(id, Buffer.alloc(1000))).session.version, 3);
  assert.equal(readdirSync(path.join(root, '.holdfast', 'packs')).length - before, 1);
});
