import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { makeDigitalArticle } from '../../../test/fixtures/digital-article.ts';
import { testContext } from '../../../test/fixtures/ports.ts';
import { readTree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { Status } from '../../protocol/root.ts';
import { HoldfastError } from '../errors.ts';
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
