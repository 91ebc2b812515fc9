import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code } from '../../../test/fixtures/engine.ts';
import { nameFromBytes, nameProblem } from '../names.ts';
import { decodeTree, encodeTree, type TreeEntry, timeOfNanoseconds } from './tree.ts';

const sha256 = 'ab'.repeat(32);
const name = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .map(nameFromBytes)
  .filter(one => nameProblem(one, 'linux') === undefined);
const common = { mode: fc.nat(0o7777), mtime: fc.bigInt(-(10n ** 18n), 10n ** 19n).map(String) };
const entry = fc.oneof(
  fc.record(
    { name, type: fc.constant('file' as const), ...common, size: fc.nat(), sha256: fc.constant(sha256) },
    { noNullPrototype: true },
  ),
  fc.record({ name, type: fc.constant('link' as const), ...common, target: name }, { noNullPrototype: true }),
);

test('a directory comes back as it was stored, names that are not UTF-8 too', () => {
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: one => one.name }), entries => {
      const sorted: TreeEntry[] = entries.sort((one, other) => (one.name < other.name ? -1 : 1));
      assert.deepEqual(decodeTree(encodeTree(sorted)), sorted);
    }),
  );
});

test('a tree whose names could lead elsewhere, or whose order is not that of a tree, is damage', () => {
  const link = (one: string): TreeEntry => ({ name: one, type: 'link', mode: 0o777, mtime: '0', target: 'x' });
  for (const names of [['..'], ['.'], [''], ['a/b'], ['/etc'], ['a\0'], ['b', 'a'], ['a', 'a']]) {
    assert.throws(() => decodeTree(encodeTree(names.map(link))), code('CORRUPT'), names.join());
  }
  for (const text of ['', 'null', '{"tree":2,"entries":[]}', '{"tree":1}', '{"tree":1,"entries":[{"name":"a"}]}']) {
    assert.throws(() => decodeTree(Buffer.from(text)), code('CORRUPT'), text);
  }
});

test('times are cut to the millisecond before, also before 1970', () => {
  assert.equal(timeOfNanoseconds('1999999').getTime(), 1);
  assert.equal(timeOfNanoseconds('-1').getTime(), -1);
  assert.equal(timeOfNanoseconds('-1000000').getTime(), -1);
  assert.equal(timeOfNanoseconds('9'.repeat(30)).toISOString(), '+275760-09-13T00:00:00.000Z', 'beyond all dates');
});
