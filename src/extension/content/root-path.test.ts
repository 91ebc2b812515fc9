import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromUriPath, parentOf, toUriPath } from './root-path.ts';

test('any path comes back from its URI', () => {
  const unit = fc.oneof(
    fc.constantFrom('a', '/', ' ', 'é', '😀', '%', '#', '?'),
    fc.integer({ min: 0xdc80, max: 0xdcff }).map(code => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1 }), units => {
      const path = `x${units.join('')}`;
      assert.equal(fromUriPath(toUriPath(path)), path);
    }),
  );
});

test('what a URI carries can be encoded', () => {
  assert.doesNotThrow(() => encodeURIComponent(toUriPath('a\udc80b\udcff')));
});

test('the parent of what lies at the top is the root', () => {
  assert.equal(parentOf('a'), '');
  assert.equal(parentOf('a/b/c'), 'a/b');
});
