import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code } from '../../test/fixtures/engine.ts';
import { testPorts } from '../../test/fixtures/ports.ts';
import type { HoldfastError } from './errors.ts';
import { newId, resolveReference } from './id.ts';

test('an id is 20 characters of 5 random bits each, all of which occur', () => {
  const ids = Array.from({ length: 500 }, () => newId(testPorts()));
  for (const id of ids) assert.match(id, /^[a-z2-7]{20}$/);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new Set(ids.join('')).size, 32);
  assert.equal(newId({ randomBytes: count => new Uint8Array(count).fill(255) }), '7'.repeat(20));
});

const records = [
  { id: 'aaaabbbb', title: 'first', createdAt: '2026-01-01T00:00:00.000Z' },
  { id: 'aaaacccc', title: 'same', createdAt: '2026-01-03T00:00:00.000Z' },
  { id: 'bbbbcccc', title: 'same', createdAt: '2026-01-02T00:00:00.000Z' },
  { id: 'cccc', title: 'aaaa', createdAt: '2026-01-01T00:00:00.000Z' },
];
const found = (reference: string) => resolveReference('snapshot', reference, records).id;

test('a reference is an id, what it begins with, `latest` or the title of one', () => {
  assert.equal(found('aaaabbbb'), 'aaaabbbb');
  assert.equal(found('aaaab'), 'aaaabbbb');
  assert.equal(found('b'), 'bbbbcccc');
  assert.equal(found('latest'), 'aaaacccc');
  assert.equal(found('first'), 'aaaabbbb');
});

test('what fits several is ambiguous and names them; ids come before titles', () => {
  assert.throws(
    () => found('aaaa'),
    (error: HoldfastError) => {
      assert.equal(error.code, 'AMBIGUOUS');
      assert.deepEqual(error.details, { ids: ['aaaabbbb', 'aaaacccc'] });
      return true;
    },
  );
  assert.throws(() => found('same'), code('AMBIGUOUS'));
});

test('what fits nothing is not found', () => {
  for (const reference of ['', 'zzz', 'aaaabbbbb', 'FIRST', '../x', '__proto__'])
    assert.throws(() => found(reference), code('NOT_FOUND'), reference);
  assert.throws(() => resolveReference('snapshot', 'latest', []), code('NOT_FOUND'));
});

test('a whole id always names its own record, though another one begins with it', () => {
  const id = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 1 }), ids => {
      const all = ids.map(one => ({ id: one, createdAt: '' }));
      for (const one of all) assert.equal(resolveReference('backup', one.id, all), one);
    }),
  );
});
