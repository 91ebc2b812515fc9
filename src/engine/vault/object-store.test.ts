import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { failingPorts } from '../../../test/crash/faulty-files.ts';
import { code, flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import type { Context } from '../context.ts';
import { sealCache } from './cache-file.ts';
import { decodeIndex, encodeIndex, recordsOf } from './index-file.ts';
import { objectId } from './object-id.ts';
import { listPacks, ObjectStore } from './object-store.ts';
import { ensureVault } from './vault-record.ts';

async function store(context: Context, contents: readonly Buffer[]): Promise<string[]> {
  const open = new ObjectStore(context);
  try {
    for (const bytes of contents) await open.put('content', objectId(bytes), bytes);
    await open.flush();
  } finally {
    await open.close();
  }
  return contents.map(objectId);
}

async function load(context: Context, id: string): Promise<Buffer> {
  const open = new ObjectStore(context);
  try {
    return Buffer.from(open.get(id));
  } finally {
    await open.close();
  }
}

test('what is put can be got, by another process too, and is stored once', async () => {
  using place = placeWith();
  ensureVault(place.context);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 40 }), async contents => {
      const buffers = contents.map(bytes => Buffer.from(bytes));
      const ids = await store(place.context, buffers);
      const packs = listPacks(place.context);
      await store(place.context, buffers);
      assert.deepEqual(listPacks(place.context), packs);
      for (const [index, id] of ids.entries()) assert.deepEqual(await load(place.open(), id), buffers[index]);
    }),
    { numRuns: 25 },
  );
});

test('large contents fill several blocks and packs', async () => {
  using place = placeWith();
  ensureVault(place.context);
  const contents = Array.from({ length: 70 }, () => randomBytes(1024 * 1024));
  const ids = await store(place.context, contents);
  assert.equal(listPacks(place.context).length, 3);
  for (const index of [0, 31, 32, 69]) assert.deepEqual(await load(place.context, ids[index]!), contents[index]);
});

test('an index that is missing, cut short or damaged is made again', async () => {
  using place = placeWith();
  ensureVault(place.context);
  const contents = Array.from({ length: 50 }, (_, number) => Buffer.from(`content ${number}`));
  const ids = await store(place.context, contents);
  const [pack] = listPacks(place.context);
  const file = `${place.root}/.holdfast/index/${pack}.idx`;
  const whole = fs.readFileSync(file);
  const damages: (() => void)[] = [
    () => fs.rmSync(file),
    () => fs.writeFileSync(file, ''),
    () => fs.writeFileSync(file, whole.subarray(0, whole.length - 1)),
    () => flipBit(file, 100),
    () => fs.rmSync(`${place.root}/.holdfast/index`, { recursive: true }),
  ];
  for (const damage of damages) {
    damage();
    for (const [index, id] of ids.entries()) assert.deepEqual(await load(place.open(), id), contents[index]);
    if (fs.existsSync(`${place.root}/.holdfast/index`)) assert.deepEqual(fs.readFileSync(file), whole);
  }
});

test('an index file holds what was put in, and shows any damage', () => {
  const entry = fc.record(
    {
      id: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytes => Buffer.from(bytes).toString('hex')),
      offset: fc.nat(),
      at: fc.nat(),
      length: fc.nat(),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(entry), fc.nat(), (entries, where) => {
      const bytes = encodeIndex(recordsOf(entries));
      assert.deepEqual(decodeIndex(bytes), recordsOf(entries));
      const damaged = Buffer.from(bytes);
      damaged[where % damaged.length]! ^= 1;
      assert.equal(decodeIndex(damaged), undefined);
    }),
  );
});

test('an index of more objects than a pack can have is none', () => {
  const one = sealCache('holdfast-index2\n', Buffer.alloc(44));
  assert.equal(decodeIndex(one)?.length, 44);
  assert.equal(decodeIndex(sealCache('holdfast-index2\n', Buffer.alloc(44 * 2_300_000))), undefined);
});

test('damage in a pack is noticed wherever it is, and costs only what it hits', async () => {
  using place = placeWith();
  ensureVault(place.context);
  const contents = Array.from({ length: 12 }, () => randomBytes(100_000));
  const ids = await store(place.context, contents);
  const [pack] = listPacks(place.context);
  const file = `${place.root}/.holdfast/packs/${pack}.pack`;
  const index = `${place.root}/.holdfast/index/${pack}.idx`;
  const whole = fs.readFileSync(file);
  const wholeIndex = fs.readFileSync(index);
  for (let round = 0; round < 60; round++) {
    const at = round < 20 ? 16 + round : Math.floor((whole.length * round) / 60);
    flipBit(file, at, round % 8);
    if (round % 2 === 0) fs.rmSync(index, { force: true });
    let lost = 0;
    for (const [number, id] of ids.entries()) {
      try {
        assert.deepEqual(await load(place.open(), id), contents[number]);
      } catch (error) {
        assert.equal((error as { code: string }).code, 'CORRUPT');
        lost++;
      }
    }
    assert.ok(lost <= 3, `byte ${at}: lost ${lost} of 12, of which 2 or 3 share a block`);
    fs.writeFileSync(file, whole);
    fs.writeFileSync(index, wholeIndex);
  }
});

test('that the vault cannot be read is not taken for a missing object', async () => {
  using place = placeWith();
  ensureVault(place.context);
  const [id] = await store(place.context, [Buffer.from('x')]);
  for (let at = 1; ; at++) {
    const { ports, fired } = failingPorts({ kind: 'EIO', at, lasting: false });
    const open = new ObjectStore({ ...place.context, ports });
    let thrown: unknown;
    try {
      open.get(id!);
    } catch (error) {
      thrown = error;
    }
    await open.close();
    if (!fired()) break;
    if (thrown) assert.ok(code('FAILED')(thrown));
  }
});
