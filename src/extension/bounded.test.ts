import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bounded } from './bounded.ts';

test('what was used longest ago goes first', () => {
  const cache = new Bounded<string>(3);
  for (const key of ['a', 'b', 'c']) cache.set(key, key);
  assert.equal(cache.get('a'), 'a');
  cache.set('d', 'd');
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.get('a'), 'a');
});

test('weights are kept below the limit, and what is too heavy is not kept', () => {
  const cache = new Bounded<string>(10);
  cache.set('a', 'a', 6);
  cache.set('b', 'b', 6);
  assert.equal(cache.get('a'), undefined);
  cache.set('c', 'c', 11);
  assert.equal(cache.get('c'), undefined);
  assert.equal(cache.get('b'), 'b');
  cache.set('b', 'lighter', 1);
  cache.set('d', 'd', 9);
  assert.equal(cache.get('b'), 'lighter');
});
