import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ServerEvent } from '../protocol/operations.ts';
import { EventParser } from './client/event-stream.ts';
import { Events } from './events.ts';
import { serveWorkspace } from './test-support.ts';

const changed = (nouns: string[], paths: string[], workspace = '/w'): ServerEvent => ({
  type: 'changed',
  workspace,
  nouns,
  paths,
});
const operation = (id: string, state: 'running' | 'succeeded'): ServerEvent => ({
  type: 'operation',
  workspace: '/w',
  operation: { id, kind: 'test.run', state, startedAt: '2026-11-21T10:00:00.000Z', progress: null },
});

test('what waits for a slow listener is merged', async () => {
  const events = new Events();
  const slow = events.subscribe();
  events.publish(operation('a', 'running'));
  events.publish(changed(['status'], ['one']));
  events.publish(operation('a', 'succeeded'));
  events.publish(changed(['status', 'sessions'], ['two', 'one']));
  events.publish(changed(['root'], [], '/other'));
  assert.deepEqual(await slow.next(1000), operation('a', 'succeeded'));
  assert.deepEqual(await slow.next(1000), changed(['status', 'sessions'], ['one', 'two']));
  assert.deepEqual(await slow.next(1000), changed(['root'], [], '/other'));
  assert.equal(await slow.next(1), 'quiet');

  events.publish(changed(['status'], ['one']));
  events.publish(changed(['snapshots'], []));
  assert.deepEqual(await slow.next(1000), changed(['status', 'snapshots'], []));
  const many = Array.from({ length: 2000 }, (_, index) => `file ${index}`);
  events.publish(changed(['status'], many));
  assert.deepEqual(await slow.next(1000), changed(['status'], []));

  const waiting = slow.next(60_000);
  events.close();
  assert.equal(await waiting, 'closed');
  assert.equal(events.listeners, 0);
});

test('the stream of events is understood however it is cut', () => {
  const text = ': hello\n\ndata: {"a":1}\n\nevent: x\r\ndata: first\r\ndata:second\r\n\r\n: alive\n\ndata: é\n\n';
  for (let size = 1; size <= text.length; size++) {
    const parser = new EventParser();
    const found: string[] = [];
    for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
    assert.deepEqual(found, ['{"a":1}', 'first\nsecond', 'é'], `in pieces of ${size}`);
  }
});

async function listen(t: TestContext) {
  const served = await serveWorkspace(t);
  const heard: ServerEvent[] = [];
  const stop = new AbortController();
  const opened = Promise.withResolvers<void>();
  const ended = served.client.events(event => heard.push(event), stop.signal, opened.resolve);
  ended.catch(() => {});
  await opened.promise;
  const nouns = () => new Set(heard.flatMap(event => (event.type === 'changed' ? event.nouns : [])));
  const paths = () => new Set(heard.flatMap(event => (event.type === 'changed' ? event.paths : [])));
  return { ...served, heard, nouns, paths, stop, ended };
}

test('whoever listens hears what was written, also by others', async t => {
  const { engine, heard, nouns, paths, root, folder, stop, ended, serving } = await listen(t);
  await engine.initRoot();
  await t.waitFor(() => assert.ok(nouns().has('root')));
  await engine.createSnapshot({});
  await t.waitFor(() => assert.ok(nouns().has('snapshots')));
  assert.ok(heard.every(event => event.workspace === folder));
  assert.ok(heard.every(event => event.type !== 'operation' || event.operation.result === undefined));
  let count = 0;
  await t.waitFor(
    () => {
      // Written again and again: the watcher may still be looking through the root for the first time.
      writeFileSync(path.join(root, 'elsewhere.txt'), String(count++));
      assert.ok(paths().has('elsewhere.txt'));
    },
    { interval: 50, timeout: 5000 },
  );
  assert.ok(![...paths()].some(one => one.startsWith('.holdfast')));
  stop.abort();
  await ended;
  await t.waitFor(() => assert.equal(serving.services.events.listeners, 0));
});

test('a root that is replaced or made anew is watched again', async t => {
  const { engine, nouns, paths, root, folder } = await listen(t);
  renameSync(root, path.join(folder, 'old'));
  await engine.root();
  await engine.initRoot();
  await t.waitFor(() => assert.ok(nouns().has('root')));
  mkdirSync(path.join(root, 'made'));
  let count = 0;
  await t.waitFor(
    () => {
      writeFileSync(path.join(root, 'made', 'anew.txt'), String(count++));
      assert.ok(paths().has('made/anew.txt'));
    },
    { interval: 50, timeout: 5000 },
  );
  rmSync(root, { recursive: true });
  assert.equal((await engine.root()).exists, false);
});

test('listening ends with an error when the sidecar does', async t => {
  const { ended, serving } = await listen(t);
  await serving.close();
  await assert.rejects(ended, { code: 'SIDECAR_FAILED' });
});
