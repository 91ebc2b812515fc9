import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerEvent } from '../protocol/operations.ts';
import { makeWorkspace, serveWorkspace } from './test-support.ts';

const profile = {
  id: 'desk',
  title: 'Desk',
  areas: [{ id: 'desks', title: 'Desks', globs: ['desks/**'] }],
  sessions: { files: ['desks/*.json'], title: ['title'] },
};

/** A served root with a vault, a native session, and the watcher at work. */
async function watched(t: TestContext) {
  const served = await serveWorkspace(t);
  const { engine, root, client, serving, folder } = served;
  await engine.initRoot();
  const session = await engine.createSession({ title: 'Watched' }, { bytes: Buffer.from('{"a":0}') });
  const beacon = await engine.createSession({ title: 'Beacon' });
  const contentOf = (id: string, name = 'content.json') => path.join(root, 'sessions', id, 'content', name);
  const versionsOf = async (id: string) =>
    (await engine.sessionHistory(id)).versions.map(({ version, action }) => `${version} ${action}`).reverse();
  const textOf = async (id: string, version: number, file?: string) =>
    Buffer.from(await engine.sessionVersionContent(id, version, file)).toString();
  const events: ServerEvent[] = [];
  const stop = new AbortController();
  const heard = Promise.withResolvers<void>();
  const listening = client.events(event => events.push(event), stop.signal, heard.resolve);
  t.after(async () => {
    stop.abort();
    await listening;
  });
  await heard.promise;
  let flashes = 0;
  /** Once this returns, what was written before it was called has been captured, or never will be. */
  const settled = async () => {
    const before = (await versionsOf(beacon.id)).length;
    writeFileSync(contentOf(beacon.id), JSON.stringify(++flashes));
    await t.waitFor(async () => assert.equal((await versionsOf(beacon.id)).length, before + 1), {
      interval: 20,
      timeout: 10_000,
    });
  };
  await settled();
  return { ...served, serving, folder, session, contentOf, versionsOf, textOf, settled, events };
}

test('what a program writes in pieces becomes one version, once it is whole', async t => {
  const { session, contentOf, versionsOf, textOf, settled, events } = await watched(t);
  const file = contentOf(session.id);
  events.length = 0;
  writeFileSync(file, '{"a":');
  for (const piece of ['[1,', '2]', '}']) {
    await pause(120);
    appendFileSync(file, piece);
  }
  await settled();
  assert.deepEqual(await versionsOf(session.id), ['1 create', '2 capture']);
  assert.equal(await textOf(session.id, 2), '{"a":[1,2]}');
  assert.ok(events.some(event => event.type === 'changed' && event.paths.includes(`sessions/${session.id}`)));

  // Silent for longer than a quiet moment, and not JSON yet.
  writeFileSync(file, '{"a":');
  await pause(700);
  appendFileSync(file, '3}');
  await settled();
  assert.deepEqual(await versionsOf(session.id), ['1 create', '2 capture', '3 capture']);
  assert.equal(await textOf(session.id, 3), '{"a":3}');

  // Never whole: kept all the same.
  writeFileSync(file, '{"a":');
  await t.waitFor(async () => assert.equal((await versionsOf(session.id)).length, 4), { timeout: 10_000 });
  assert.equal(await textOf(session.id, 4), '{"a":');
});

test('files of one session that are written together are captured together', async t => {
  const { engine, session, contentOf, versionsOf, textOf, settled } = await watched(t);
  writeFileSync(contentOf(session.id), '1');
  await pause(50);
  mkdirSync(contentOf(session.id, 'sub'));
  writeFileSync(contentOf(session.id, 'sub/two.json'), '2');
  await settled();
  assert.deepEqual(await versionsOf(session.id), ['1 create', '2 capture']);
  assert.deepEqual(
    [await textOf(session.id, 2, 'content.json'), await textOf(session.id, 2, 'sub/two.json')],
    ['1', '2'],
  );
  assert.equal((await engine.showSession(session.id)).uncaptured, undefined);
});

test('neither the same content nor what Holdfast wrote itself is captured', async t => {
  const { engine, session, contentOf, versionsOf, settled } = await watched(t);
  const file = contentOf(session.id);
  writeFileSync(file, readFileSync(file));
  writeFileSync(`${file}.new`, readFileSync(file));
  renameSync(`${file}.new`, file);
  await settled();
  assert.deepEqual(await versionsOf(session.id), ['1 create']);
  for (const text of ['{"a":1}', '{"a":2}', '{"a":3}']) await engine.updateSession(session.id, Buffer.from(text));
  await engine.editSession(session.id, { title: 'Another' });
  await settled();
  await engine.revertSession(session.id, { version: 1 });
  await engine.deleteSession(session.id);
  await settled();
  assert.deepEqual(await versionsOf(session.id), [
    '1 create',
    '2 update',
    '3 update',
    '4 update',
    '5 revert',
    '6 delete',
  ]);
});

test('what was written while nobody watched is captured at the start; a session of the profile when it is written', async t => {
  const { engine, session, contentOf, versionsOf, textOf, settled, serving, folder, root } = await watched(t);
  const off = { folder, user: { watch: false } };
  serving.services.workspaces.set([off], true);
  writeFileSync(contentOf(session.id), '"while nobody watched"');
  writeFileSync(path.join(folder, 'holdfast.profile.json'), JSON.stringify(profile));
  mkdirSync(path.join(root, 'desks'));
  writeFileSync(path.join(root, 'desks', 'old.json'), '{"title":"Old"}');
  writeFileSync(path.join(root, 'desks', 'young.json'), '{"title":"Young"}');
  serving.services.workspaces.set([{ folder }], false);
  assert.equal((await engine.showSession(session.id)).uncaptured, true, 'not in a workspace that is not trusted');
  // What was written so shortly before that the clock may not have ticked counts as written since.
  const written = statSync(path.join(root, 'desks', 'young.json')).ctimeMs;
  await t.waitFor(() => assert.ok(Date.now() > written + 200));
  serving.services.workspaces.set([{ folder }], true);
  await t.waitFor(async () => assert.deepEqual(await versionsOf(session.id), ['1 create', '2 capture']), {
    timeout: 10_000,
  });
  writeFileSync(path.join(root, 'desks', 'old.json'), '{"title":"Older"}');
  await settled();
  assert.deepEqual(await versionsOf('old'), ['1 capture']);
  assert.equal(await textOf('old', 1), '{"title":"Older"}');
  assert.deepEqual(await versionsOf('young'), [], 'nobody has written it');
});

test('a root without a vault stays without one, and with watching off nothing is captured', async t => {
  const { serving, folder, client, settled } = await watched(t);
  const [bare, still] = [makeWorkspace(t), makeWorkspace(t)];
  writeFileSync(path.join(bare.folder, 'holdfast.profile.json'), JSON.stringify(profile));
  const served = [{ folder }, { folder: bare.folder }, { folder: still.folder, user: { watch: false } }];
  serving.services.workspaces.set(served, true);
  const { id } = await client.in(still.folder).createSession({ title: 'Still' });
  writeFileSync(path.join(still.root, 'sessions', id, 'content', 'content.json'), '"by some program"');
  mkdirSync(path.join(bare.root, 'desks'));
  writeFileSync(path.join(bare.root, 'desks', 'one.json'), '{"title":"One"}');
  await settled();
  assert.equal((await client.in(bare.folder).listSessions()).total, 1);
  assert.equal(existsSync(path.join(bare.root, '.holdfast')), false);
  const { session, versions } = await client.in(still.folder).sessionHistory(id);
  assert.deepEqual([session?.uncaptured, versions.length], [true, 1]);
});
