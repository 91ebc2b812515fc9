import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import { readTree } from '../../../test/fixtures/tree.ts';
import { listSnapshots } from '../snapshots/list.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';
import { showSnapshot } from '../snapshots/show.ts';
import { listPacks } from './object-store.ts';
import { ensureVault } from './vault-record.ts';
import { verifyVault } from './verify.ts';

const packFile = (root: string, pack: string) => `${root}/.holdfast/packs/${pack}.pack`;

test('a vault without damage is whole, and all of it was read', async () => {
  using place = placeWith({ a: 'x', b: { c: 'y'.repeat(3_000_000) }, empty: '' });
  await place.snapshot();
  for (const readData of [false, true]) {
    const result = await verifyVault(place.context, { readData }, {});
    assert.deepEqual([result.ok, result.damaged], [true, []]);
    const packs = listPacks(place.context).map(pack => fs.statSync(packFile(place.root, pack)).size);
    assert.equal(result.bytesRead, readData ? packs.reduce((sum, size) => sum + size, 0) : 0);
  }
});

test('a damaged pack: the snapshot and path that suffer are named, other snapshots come back', async () => {
  using place = placeWith({ one: randomBytes(400_000), two: randomBytes(400_000), same: 'same' });
  const first = await place.snapshot();
  const before = listPacks(place.context);
  fs.writeFileSync(`${place.root}/one`, randomBytes(400_000));
  fs.writeFileSync(`${place.root}/two`, 'two');
  const second = await place.snapshot();
  const tree = place.tree();
  // The first block of the first pack holds the first file; that file is in the first snapshot only.
  flipBit(packFile(place.root, before[0]!), 16 + 20 + 1000);
  const { ok, damaged, repairable } = await verifyVault(place.context, { readData: true }, {});
  assert.equal(ok, false);
  assert.deepEqual(
    damaged.filter(({ snapshots }) => snapshots.length > 0).map(({ snapshots, paths }) => [snapshots, paths]),
    [[[first.id], ['one']]],
  );
  assert.equal(repairable, 0);
  const whole = await restoreSnapshot(place.context, second.id, { to: `${place.path}/second` }, {});
  assert.deepEqual(whole.failed, []);
  assert.deepEqual(readTree(`${place.path}/second`), tree);
  const part = await restoreSnapshot(place.context, first.id, { to: `${place.path}/first` }, {});
  assert.deepEqual(
    part.failed.map(({ path }) => path),
    ['one'],
  );
  assert.deepEqual(fs.readdirSync(`${place.path}/first`).sort(), ['same', 'two']);
});

test('bytes that the live root still has are counted as repairable', async () => {
  using place = placeWith({ one: randomBytes(400_000) });
  await place.snapshot();
  const [pack] = listPacks(place.context);
  flipBit(packFile(place.root, pack!), 16 + 20 + 1000);
  const { damaged, repairable } = await verifyVault(place.context, { readData: true }, {});
  assert.deepEqual([damaged.length, repairable], [2, 2], 'the pack and the file');
});

test('a pack that is gone, cut short or no pack, and a damaged directory', async () => {
  using place = placeWith({ a: 'x', b: { c: 'y' } });
  // From then on the scan cache vouches for files that have not changed.
  while (Date.now() - fs.statSync(`${place.root}/b/c`).ctimeMs <= 150) await new Promise(setImmediate);
  const { id } = await place.snapshot();
  const [pack] = listPacks(place.context);
  const file = packFile(place.root, pack!);
  const whole = fs.readFileSync(file);
  fs.chmodSync(file, 0o600);
  for (const bytes of [undefined, Buffer.alloc(0), whole.subarray(0, whole.length - 3), randomBytes(500)]) {
    fs.rmSync(`${place.root}/.holdfast/index`, { recursive: true, force: true });
    if (bytes) fs.writeFileSync(file, bytes);
    else fs.rmSync(file);
    const { ok, damaged } = await verifyVault(place.open(), { readData: true }, {});
    assert.equal(ok, false);
    assert.ok(damaged.some(({ snapshots }) => snapshots.includes(id)));
    await assert.rejects(restoreSnapshot(place.open(), id, { to: `${place.path}/to` }, {}), code('CORRUPT'));
    assert.ok(!fs.existsSync(`${place.path}/to`));
  }
  // A new snapshot does not trust the cache that vouches for what is gone.
  const next = await place.snapshot(place.open());
  const { failed } = await restoreSnapshot(place.open(), next.id, { to: `${place.path}/to` }, {});
  assert.deepEqual(failed, []);
});

test('a vault that was only begun has no damage; one that lost its record has', async () => {
  using place = placeWith({ a: 'x' });
  const damage = async () =>
    (await verifyVault(place.open(), { readData: false }, {})).damaged.map(({ object }) => object);
  ensureVault(place.context);
  for (const name of ['vault.json', '.gitignore']) fs.rmSync(`${place.root}/.holdfast/${name}`);
  assert.deepEqual(await damage(), []);
  await place.snapshot();
  fs.rmSync(`${place.root}/.holdfast/vault.json`);
  assert.deepEqual(await damage(), ['vault.json']);
});

test('a damaged manifest is named, kept, and in nobody’s way', async () => {
  using place = placeWith({ a: 'x' });
  const first = await place.snapshot();
  const second = await place.snapshot();
  const file = `${place.root}/.holdfast/snapshots/${first.id}.json`;
  flipBit(file, 200);
  const list = listSnapshots(place.context, {});
  assert.deepEqual(
    list.snapshots.map(({ id }) => id),
    [second.id],
  );
  assert.deepEqual(
    list.broken.map(({ id }) => id),
    [first.id],
  );
  assert.throws(() => showSnapshot(place.context, first.id), code('CORRUPT'));
  const { ok, damaged } = await verifyVault(place.context, { readData: false }, {});
  assert.equal(ok, false);
  assert.deepEqual(
    damaged.map(({ object }) => object),
    [`snapshots/${first.id}.json`],
  );
  assert.ok(fs.existsSync(file));
});

test('a vault whose record is damaged, or a link in its place, is refused and left alone', () => {
  using place = placeWith();
  ensureVault(place.context);
  const file = `${place.root}/.holdfast/vault.json`;
  flipBit(file, 30);
  assert.throws(() => ensureVault(place.context), code('CORRUPT'));
  fs.rmSync(`${place.root}/.holdfast`, { recursive: true });
  fs.mkdirSync(`${place.path}/outside`);
  fs.symlinkSync(`${place.path}/outside`, `${place.root}/.holdfast`);
  assert.throws(() => ensureVault(place.context), code('ROOT_UNUSABLE'));
  assert.deepEqual(fs.readdirSync(`${place.path}/outside`), []);
});
