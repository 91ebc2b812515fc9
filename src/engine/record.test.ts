import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { code } from '../../test/fixtures/engine.ts';
import { temporaryDirectory } from '../../test/fixtures/tree.ts';
import { decodeRecord, encodeRecord, type RecordKind, readRecord } from './record.ts';

const Body = z.object({ name: z.string(), count: z.number() });
const kind: RecordKind<z.infer<typeof Body>> = { kind: 'thing', version: 1, schema: Body };
const now = new Date('2026-01-02T03:04:05.678Z');

test('a record comes back as it was written, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer(), (name, count) => {
      const body = { name, count };
      assert.deepEqual(decodeRecord(kind, encodeRecord(kind, body, now), 'x'), body);
    }),
  );
});

test('every flipped bit, cut and added byte is noticed', () => {
  const bytes = encodeRecord(kind, { name: 'päth', count: 3 }, now);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ (1 << bit);
      assert.throws(() => decodeRecord(kind, damaged, 'x'), code('CORRUPT'), `byte ${at}, bit ${bit}`);
    }
    assert.throws(() => decodeRecord(kind, bytes.subarray(0, at), 'x'), code('CORRUPT'));
  }
  assert.throws(() => decodeRecord(kind, Buffer.concat([bytes, Buffer.from('\n')]), 'x'), code('CORRUPT'));
});

test('a newer version is refused, an older one is upgraded step by step', () => {
  const body = { name: 'x', count: 1 };
  const newer = encodeRecord({ ...kind, version: 3 }, body, now);
  assert.throws(() => decodeRecord(kind, newer, 'x'), code('NEWER_VERSION'));
  const third: RecordKind<z.infer<typeof Body>> = {
    ...kind,
    version: 3,
    upgrades: {
      1: old => ({ name: (old as { title: string }).title }),
      2: old => ({ ...(old as object), count: 7 }),
    },
  };
  const first = encodeRecord(
    { kind: 'thing', version: 1, schema: z.object({ title: z.string() }) },
    { title: 'old' },
    now,
  );
  assert.deepEqual(decodeRecord(third, first, 'x'), { name: 'old', count: 7 });
});

test('a whole envelope that does not hold what it should is damage too', () => {
  for (const head of [
    '[1,2',
    '{"schemaVersion":0,"thing":{}',
    '{"schemaVersion":1',
    'null',
    '{"schemaVersion":1,"thing":{"name":3}',
  ]) {
    const digest = createHash('sha256').update(head).digest('hex');
    assert.throws(() => decodeRecord(kind, Buffer.from(`${head},"digest":"${digest}"}\n`), 'x'), code('CORRUPT'), head);
  }
});

test('a key called __proto__ changes no object', () => {
  const head =
    '{"schemaVersion":1,"savedAt":"2026-01-02T03:04:05.678Z","thing":{"name":"x","count":1,"__proto__":{"polluted":1}}';
  const digest = createHash('sha256').update(head).digest('hex');
  const read = decodeRecord(kind, Buffer.from(`${head},"digest":"${digest}"}\n`), 'x');
  assert.deepEqual(read, { name: 'x', count: 1 });
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal((read as { polluted?: number }).polluted, undefined);
});

test('only a file that does not exist is absent', () => {
  using place = temporaryDirectory();
  assert.equal(readRecord({ fs }, kind, `${place.path}/none.json`), undefined);
  assert.throws(() => readRecord({ fs }, kind, place.path), /digest does not fit/);
});
