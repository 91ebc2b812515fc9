import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { code, flipBit, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { readTree } from '../../../test/fixtures/tree.ts';
import { listLog } from '../audit/log.ts';
import { createBackup } from '../backups/create.ts';
import { withLock } from '../lock.ts';
import { restoreSnapshot } from '../snapshots/restore.ts';
import { objectId } from './object-id.ts';
import { listPacks } from './object-store.ts';
import { repairVault } from './repair.ts';
import { chunkLength } from './tree.ts';
import { verifyVault } from './verify.ts';

const packFile = ({ root }: Place, pack: string) => `${root}/.holdfast/packs/${pack}.pack`;

async function restored(place: Place, id: string): Promise<object> {
  const to = `${place.path}/restored-${fs.readdirSync(place.path).length}`;
  const { failed } = await restoreSnapshot(place.open(), id, { to }, {});
  assert.deepEqual(failed, []);
  return readTree(to);
}

test('what the live root still has comes back, also single pieces of a file that was changed since', async () => {
  const big = randomBytes(2 * chunkLength + 5000);
  using place = placeWith({ small: randomBytes(300_000), big, other: 'x' });
  const { id } = await place.snapshot();
  const before = place.tree();
  const [pack] = listPacks(place.context);
  const file = packFile(place, pack!);
  // Blocks lie in the order of the names: the first chunk of `big` is in the first block.
  flipBit(file, 16 + 20 + 1000);
  flipBit(file, -2000);
  const changed = Buffer.from(big);
  changed.write('changed', 2 * chunkLength);
  fs.writeFileSync(`${place.root}/big`, changed);
  const verified = await verifyVault(place.open(), { readData: true }, {});
  assert.ok(verified.damaged.some(({ paths }) => paths.includes('big')));
  assert.equal(verified.repairable, verified.damaged.length);
  const { ok, repaired, lost } = await repairVault(place.open(), {});
  assert.deepEqual([ok, lost], [true, []]);
  assert.ok(
    repaired.some(
      one => one.from === 'root' && one.path === 'big' && one.object === objectId(big.subarray(0, chunkLength)),
    ),
  );
  assert.deepEqual(await restored(place, id), before);
  assert.ok(listLog(place.context).entries.some(({ action }) => action === 'vault.repair'));
});

test('without any source it stays lost and is named; what is good of the pack is kept, the damaged one put aside', async () => {
  using place = placeWith({ a: randomBytes(300_000), b: randomBytes(300_000) });
  const { id } = await place.snapshot();
  const [pack] = listPacks(place.context);
  flipBit(packFile(place, pack!), 16 + 20 + 1000);
  const damaged = fs.readFileSync(packFile(place, pack!));
  fs.rmSync(`${place.root}/a`);
  fs.rmSync(`${place.root}/b`);
  const { ok, repaired, lost } = await repairVault(place.open(), {});
  assert.equal(ok, false);
  assert.deepEqual(
    lost.map(({ snapshots, paths }) => [snapshots, paths]),
    [[[id], ['a']]],
  );
  assert.deepEqual(
    repaired.map(({ object }) => object),
    [`packs/${pack}.pack`],
  );
  assert.deepEqual(fs.readFileSync(`${place.root}/.holdfast/quarantine/packs-${pack}.pack`), damaged);
  assert.ok(!listPacks(place.context).includes(pack!));
  const { failed } = await restoreSnapshot(place.open(), id, { to: `${place.path}/to` }, {});
  assert.deepEqual(
    failed.map(({ path }) => path),
    ['a'],
  );
  assert.deepEqual(fs.readdirSync(`${place.path}/to`), ['b']);
  const again = await repairVault(place.open(), {});
  assert.deepEqual([again.repaired, again.lost.length], [[], 1], 'a second repair changes nothing');
});

test('a backup gives contents, one with the vault also directories, however many are missing below each other', async () => {
  using place = placeWith(
    { top: 't', d: { e: { f: { g: 'deep' } } }, big: Buffer.alloc(1_500_000, 'abc') },
    { env: {} },
  );
  const open = () => place.open({ env: { HOLDFAST_BACKUP_DIR: `${place.path}/backups` } });
  const { id } = await place.snapshot();
  const before = place.tree();
  await createBackup(open(), {}, {});
  const [pack] = listPacks(place.context);
  const saved = fs.readFileSync(packFile(place, pack!));
  for (const name of ['top', 'd', 'big']) fs.rmSync(`${place.root}/${name}`, { recursive: true });
  fs.rmSync(packFile(place, pack!));
  const lost = await repairVault(open(), {});
  assert.deepEqual([lost.ok, lost.lost.length], [false, 1], 'the top directory is in no backup of files');
  fs.writeFileSync(packFile(place, pack!), saved);
  await createBackup(open(), { withVault: true }, {});
  fs.rmSync(packFile(place, pack!), { force: true });
  assert.equal((await verifyVault(open(), { readData: false }, {})).repairable, 1, 'what lies below is not known yet');
  const { ok, repaired } = await repairVault(open(), {});
  assert.equal(ok, true);
  assert.ok(repaired.length > 5 && repaired.every(({ from }) => from === 'backup'));
  assert.deepEqual(await restored({ ...place, open }, id), before);
});

test('a copy in another pack', async () => {
  const bytes = randomBytes(300_000);
  using place = placeWith({ a: bytes });
  using other = placeWith({ a: bytes, b: 'b' });
  const { id } = await place.snapshot();
  await other.snapshot();
  const [pack] = listPacks(place.context);
  const [copy] = listPacks(other.context);
  fs.copyFileSync(packFile(other, copy!), packFile(place, copy!));
  flipBit(packFile(place, pack!), 16 + 20 + 1000);
  fs.rmSync(`${place.root}/a`);
  const { ok } = await repairVault(place.open(), {});
  assert.equal(ok, true);
  assert.equal(fs.existsSync(packFile(place, pack!)), false);
  assert.deepEqual(Object.keys(await restored(place, id)), ['a']);
});

test('a whole vault is left alone, and nobody repairs while another deletes', async () => {
  using place = placeWith({ a: 'a' });
  await place.snapshot();
  const before = readTree(`${place.root}/.holdfast`, { except: ['locks'] });
  assert.deepEqual(await repairVault(place.context, {}), { ok: true, repaired: [], lost: [] });
  assert.deepEqual(readTree(`${place.root}/.holdfast`, { except: ['locks'] }), before);
  await withLock(place.context.ports, `${place.root}/.holdfast/locks/delete.json`, async () => {
    await assert.rejects(repairVault(place.open(), {}), code('LOCKED'));
  });
  await assert.rejects(repairVault(place.context, { signal: AbortSignal.abort() }), code('CANCELLED'));
});

test('a lost vault record is made again with the root id that the snapshots have', async () => {
  using place = placeWith({ a: 'a' });
  const { rootId } = await place.snapshot();
  fs.rmSync(`${place.root}/.holdfast/vault.json`);
  assert.deepEqual((await repairVault(place.open(), {})).repaired, [{ object: 'vault.json', from: 'vault' }]);
  assert.equal((await place.snapshot(place.open())).rootId, rootId);
});

test('files that have moved, and directories that are as they were, come back from the live root', async () => {
  using place = placeWith({ d: { e: { f: 'deep' } }, a: randomBytes(300_000) });
  const { id } = await place.snapshot();
  const before = await restored(place, id);
  const [pack] = listPacks(place.context);
  fs.rmSync(packFile(place, pack!));
  const { ok, repaired } = await repairVault(place.open(), {});
  assert.equal(ok, true, 'the directories came back, and with them what they name');
  assert.ok(repaired.every(({ from }) => from === 'root'));
  assert.deepEqual(await restored(place, id), before);
  // The block with the file, once it lies elsewhere.
  flipBit(packFile(place, listPacks(place.open())[0]!), 16 + 20 + 1000);
  fs.renameSync(`${place.root}/a`, `${place.root}/d/moved`);
  await repairVault(place.open(), {});
  assert.deepEqual(await restored(place, id), before);
});
