import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { createBackup } from '../backups/create.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { repairVault } from '../vault/repair.ts';
import { verifyVault } from '../vault/verify.ts';
import { entryHash, entryName, logKind } from './entry.ts';
import { appendLog } from './log.ts';

const fileOf = ({ root }: Place, sequence: number) => `${root}/.holdfast/audit/${entryName(sequence)}`;

async function placeWithTrail(entries: number): Promise<Place> {
  const place = placeWith({ a: 'x' });
  await place.snapshot();
  for (let entry = 2; entry <= entries; entry++) appendLog(place.context, { action: 'test', target: String(entry) });
  return place;
}

/** As somebody who covers their tracks does, up to the next entry. */
function forge(place: Place, sequence: number): void {
  const file = fileOf(place, sequence);
  const { hash: _, ...entry } = decodeRecord(logKind, fs.readFileSync(file), file);
  entry.target = 'forged';
  const forged = { ...entry, hash: entryHash(entry) };
  fs.writeFileSync(file, encodeRecord(logKind, forged, new Date()));
}

async function damagedIn(place: Place): Promise<string[]> {
  const { damaged } = await verifyVault(place.open(), { readData: false }, {});
  return damaged.map(({ object }) => object).sort();
}

const named = (...sequences: number[]) => sequences.map(sequence => `audit/${entryName(sequence)}`);

test('of several entries that are damaged, missing, exchanged or forged, verify names each', async () => {
  using place = await placeWithTrail(16);
  assert.deepEqual(await damagedIn(place), []);
  fs.truncateSync(fileOf(place, 2), 40);
  fs.rmSync(fileOf(place, 4));
  fs.rmSync(fileOf(place, 5));
  fs.copyFileSync(fileOf(place, 3), fileOf(place, 8));
  // The one behind it tells.
  forge(place, 11);
  fs.writeFileSync(fileOf(place, 14), '');
  assert.deepEqual(await damagedIn(place), named(2, 4, 5, 8, 12, 14));
});

test('a file with a number beyond all does not make verify count up to it', async () => {
  using place = await placeWithTrail(2);
  fs.copyFileSync(fileOf(place, 2), fileOf(place, 999_999_999_999));
  const { damaged } = await verifyVault(place.open(), { readData: false }, {});
  assert.ok(damaged.length < 2000);
  assert.match(damaged.at(-1)!.reason, /entries \d+ to 999999999998 are missing/);
});

test('repair brings back what a backup has, and ends where that does not fit either', async () => {
  using place = await placeWithTrail(8);
  const env = { HOLDFAST_BACKUP_DIR: `${place.path}/backups` };
  forge(place, 6);
  await createBackup(place.open({ env }), { withVault: true }, {});
  for (const sequence of [2, 3]) fs.rmSync(fileOf(place, sequence));
  fs.truncateSync(fileOf(place, 5), 40);
  const { repaired, lost } = await repairVault(place.open({ env }), {});
  assert.deepEqual(repaired.map(({ object }) => object).sort(), named(2, 3, 5));
  assert.deepEqual(
    lost.map(({ object }) => object),
    named(7),
  );
});
