import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piecesOf, withoutPieces } from './long-lists.ts';

const names = ['items', 'placed'];

function emptied(text: string): string {
  const json = Buffer.from(text);
  return withoutPieces(json, piecesOf(json, names)).toString();
}

test('lists of these names are found empty, at any depth, whatever their texts look like', () => {
  const hostile = ['"items":[', '\\"items\\":[1', ']', '\\', '"', '[[', 'ä\u{1f600}'];
  const value = {
    before: hostile,
    items: [hostile, [hostile], { items: hostile, x: ']' }],
    inner: { placed: hostile, items: [], '"items': [hostile] },
    notItems: hostile,
    placed: 'no list',
  };
  const expected = { ...value, items: [], inner: { ...value.inner, placed: [] } };
  assert.deepEqual(JSON.parse(emptied(JSON.stringify(value))), expected);
});

test('text that ends in a list ends there', () => {
  assert.equal(emptied('{"items":[1,[2],"]'), '{"items":[');
  assert.equal(emptied(''), '');
});
