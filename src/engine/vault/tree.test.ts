import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code } from '../../../test/fixtures/engine.ts';
import { nameFromBytes, nameProblem } from '../names.ts';
import { longestObject } from './pack.ts';
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

test('an entry that is not quite one of a file is damage', () => {
  const good = { name: 'a', type: 'file', mode: 0o644, mtime: '-12', size: 3, sha256 };
  const decode = (entry: object) => decodeTree(Buffer.from(JSON.stringify({ tree: 1, entries: [entry] })));
  assert.deepEqual(decode(good), [good]);
  assert.deepEqual(decode({ ...good, chunks: [sha256, sha256] }), [{ ...good, chunks: [sha256, sha256] }]);
  assert.deepEqual(decode({ ...good, unknown: 1 }), [good]);
  const wrong = {
    name: [1, null, undefined],
    type: ['dir', 'link', 'File', undefined],
    mode: [0o10000, -1, 1.5, '420', null, undefined],
    mtime: ['', '1.5', '1e3', '1'.repeat(31), ' 1', '1\n', 12, undefined],
    size: [-1, 1.5, 2 ** 53, '3', null, undefined],
    sha256: [sha256.toUpperCase(), sha256.slice(1), `${sha256}0`, `${sha256}\n`, 1, undefined],
    chunks: ['x', [1], {}],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) assert.throws(() => decode({ ...good, [field]: value }), code('CORRUPT'), field);
  }
});

test('a directory that is too large to be read back is not stored', () => {
  const target = 'x'.repeat(longestObject);
  const link: TreeEntry = { name: 'first', type: 'link', mode: 0o777, mtime: '0', target };
  assert.throws(() => encodeTree([link]), code('CONTENT_TOO_LARGE'));
});

test('a long directory comes back, whatever its names look like; in pieces it is the same', () => {
  const names = Array.from({ length: 3000 }, (_, number) => `${String(number).padStart(5, '0')}},{"name":"\\`);
  const entries = names.map(
    (one): TreeEntry => ({ name: one, type: 'file', mode: 0o644, mtime: '0', size: 0, sha256 }),
  );
  assert.deepEqual(decodeTree(encodeTree(entries)), entries);
  const chunks = Array.from({ length: 20_000 }, () => sha256);
  const long: TreeEntry = { name: '~', type: 'file', mode: 0o644, mtime: '0', size: 2 ** 34, sha256, chunks };
  assert.deepEqual(decodeTree(encodeTree([...entries, long])), [...entries, long]);
});

test('times are cut to the millisecond before, also before 1970', () => {
  assert.equal(timeOfNanoseconds('1999999').getTime(), 1);
  assert.equal(timeOfNanoseconds('-1').getTime(), -1);
  assert.equal(timeOfNanoseconds('-1000000').getTime(), -1);
  assert.equal(timeOfNanoseconds('9'.repeat(30)).toISOString(), '+275760-09-13T00:00:00.000Z', 'beyond all dates');
});
