import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../../test/fixtures/digital-article.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { makeWebviz } from '../../../test/fixtures/webviz.ts';
import { Status } from '../../protocol/root.ts';
import { HoldfastError } from '../errors.ts';
import { applyMigration } from '../migrations/apply.ts';
import { showMigration } from '../migrations/show.ts';
import { createSnapshot } from '../snapshots/create.ts';
import { status } from './status.ts';

test('counts what is there without making anything', async () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path);
  const before = readTree(place.path, { directoryTimes: true });
  const found = Status.parse(await status(testContext(place.path), {}));
  assert.deepEqual(readTree(place.path, { directoryTimes: true }), before);
  assert.deepEqual(found.legacy.sources, 3);
  assert.equal(found.legacy.files, 4 + 9 + 1);
  assert.ok(found.legacy.bytes > 5_000);
  assert.deepEqual(found.snapshots, { count: 0, latest: null });
  assert.deepEqual(found.sessions, { count: 4, unsaved: 0 });
  assert.deepEqual(found.backups, { count: 0, latest: null });
  assert.deepEqual(found.vault, { bytes: 0, objects: 0 });
  assert.equal(found.changedSince, null);
});

test('a legacy file that the root has, with size and time, no longer waits', async () => {
  using place = temporaryDirectory();
  const { good } = makeDigitalArticle(place.path);
  const from = `${place.path}/data/notebooks/${good}.json`;
  const to = `${place.path}/data/workspace/notebooks`;
  fs.mkdirSync(to);
  fs.cpSync(from, `${to}/${good}.json`, { preserveTimestamps: true });
  assert.equal((await status(testContext(place.path), {})).legacy.files, 13);
  fs.appendFileSync(`${to}/${good}.json`, ' ');
  assert.equal((await status(testContext(place.path), {})).legacy.files, 14);
});

test('a migrated file no longer waits, however near to the next millisecond it was written', async () => {
  using place = temporaryDirectory();
  const { good } = makeDigitalArticle(place.path);
  const file = `${place.path}/data/notebooks/${good}.json`;
  // Node sets no time to the nanosecond.
  spawnSync('touch', ['-d', '2026-01-02 03:04:05.123999950', file]);
  assert.equal(fs.lstatSync(file, { bigint: true }).mtimeNs % 1_000_000n, 999_950n);
  const context = testContext(place.path);
  await applyMigration(context, {}, {});
  assert.equal((await status(context, {})).legacy.files, 0);
});

test('what was upgraded on its way no longer waits, until it changes or its place in the root is empty', async () => {
  using place = temporaryDirectory();
  makeWebviz(place.path);
  const read: string[] = [];
  const files = filesWith('readFileSync', (file: unknown) => void read.push(String(file)));
  const context = testContext(place.path, { fs: files, profileFlag: 'webviz' });
  const waiting = async () => (await status(context, {})).legacy.files;
  const { migrationId } = await applyMigration(context, {}, {});
  read.length = 0;
  assert.equal(await waiting(), 0);
  assert.deepEqual(
    read.filter(file => /export.*\/(sessions|snapshots)\//.test(file)),
    [],
    'no document was read for that',
  );
  const { items } = (await showMigration(context, migrationId!)).plan;
  const [one, other] = items.filter(({ action, target }) => action === 'upgrade' && target.startsWith('sessions/'));
  fs.appendFileSync(path.join(place.path, one!.source), ' ');
  assert.equal(await waiting(), 1);
  fs.rmSync(path.join(context.root, other!.target));
  assert.equal(await waiting(), 2);
});

test('says what changed since the newest snapshot', async () => {
  using place = temporaryDirectory();
  const { good } = makeDigitalArticle(place.path);
  const context = testContext(place.path);
  const snapshot = await createSnapshot(context, {}, {});
  const uploads = `${place.path}/data/workspace/${good}/data`;
  fs.writeFileSync(`${uploads}/new.csv`, '1');
  fs.appendFileSync(`${uploads}/kinetics.csv`, 'x');
  fs.rmSync(`${uploads}/curve.png`);
  const found = Status.parse(await status(context, {}));
  assert.deepEqual(found.snapshots, { count: 1, latest: snapshot.createdAt });
  assert.deepEqual(found.changedSince, { snapshot: snapshot.id, added: 1, removed: 1, modified: 1 });
  assert.ok(found.vault.bytes > 0 && found.vault.objects > 0);
});

test('without a root it says so, and still what is legacy', async () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path);
  const context = testContext(place.path, { rootFlag: 'not-yet' });
  await assert.rejects(status(context, {}), error => {
    assert.ok(HoldfastError.is(error, 'ROOT_MISSING'));
    // The usual workspace is legacy too when the root is elsewhere.
    assert.equal((error.details as Status).legacy.sources, 4);
    return true;
  });
});

test('can be cancelled', async () => {
  using place = temporaryDirectory();
  makeDigitalArticle(place.path);
  await assert.rejects(status(testContext(place.path), { signal: AbortSignal.abort() }), error =>
    HoldfastError.is(error, 'CANCELLED'),
  );
});
