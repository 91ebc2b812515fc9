import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonPieces } from './json-pieces.ts';

test('the pieces are the text that JSON.stringify makes', () => {
  const values = fc.jsonValue({ stringUnit: 'binary' });
  fc.assert(
    fc.property(values, value => {
      assert.equal([...jsonPieces(value)].join(''), JSON.stringify(value));
    }),
  );
  for (const length of [100, 101, 200, 201]) {
    const long = { 'ä"': Array.from({ length }, (_, number) => ({ number, none: undefined })), none: undefined };
    const pieces = [...jsonPieces(long)];
    assert.equal(pieces.join(''), JSON.stringify(long));
    assert.equal(pieces.length > 4, length > 100);
  }
});
