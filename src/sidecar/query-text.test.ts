import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeQueryText, queryTexts } from './query-text.ts';

test('any name survives the way through a query', () => {
  const escapedByte = fc.integer({ min: 0xdc80, max: 0xdcff }).map(code => String.fromCharCode(code));
  const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), escapedByte)).map(parts => parts.join(''));
  fc.assert(
    fc.property(fc.array(text), texts => {
      const query = texts.map(one => `path=${encodeQueryText(one)}&other=x`).join('&');
      const expected = texts.map(one => Buffer.from(bytesOf(one)).toString('hex'));
      const found = queryTexts(`http://localhost/v1?${query}`, 'path');
      assert.deepEqual(
        found.map(one => Buffer.from(bytesOf(one)).toString('hex')),
        expected,
      );
    }),
  );
});

/** Escaped bytes that happen to form valid UTF-8 come back as the characters they are: the same name on disk. */
function bytesOf(text: string): Uint8Array {
  const parts = [...text].map(character => {
    const code = character.charCodeAt(0);
    return character.length === 1 && code >= 0xdc80 && code <= 0xdcff
      ? Buffer.of(code - 0xdc00)
      : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

test('queries as other clients write them', () => {
  assert.deepEqual(queryTexts('/v1?path=a+b%2Fc&path=%C3%A9#path=x', 'path'), ['a b/c', 'é']);
  assert.deepEqual(queryTexts('/v1?path', 'path'), ['']);
  assert.deepEqual(queryTexts('/v1', 'path'), []);
  assert.deepEqual(queryTexts('/v1?path=100%', 'path'), ['100%']);
});
