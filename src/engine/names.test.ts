import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code } from '../../test/fixtures/engine.ts';
import { checkedPath, foldedName, nameFromBytes, nameProblem, systemPath } from './names.ts';

const bytesOf = (path: string): Buffer => Buffer.from(systemPath(path) as unknown as Buffer);

test('any bytes have one name, and the name gives the bytes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      const name = nameFromBytes(bytes);
      assert.deepEqual(bytesOf(name), Buffer.from(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('what is UTF-8 is not touched', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), name => {
      fc.pre(name.isWellFormed());
      assert.equal(nameFromBytes(Buffer.from(name)), name);
      assert.equal(systemPath(name), name);
    }),
  );
  assert.equal(nameFromBytes(Buffer.from('\ufeffa')), '\ufeffa');
  assert.equal(nameFromBytes(Buffer.from([0x61, 0xff, 0x62])), 'a\udcffb');
  // Surrogates encoded as UTF-8, and forms longer than needed, are not UTF-8.
  assert.equal(nameFromBytes(Buffer.from([0xed, 0xb3, 0xbf])), '\udced\udcb3\udcbf');
  assert.equal(nameFromBytes(Buffer.from([0xc0, 0xaf])), '\udcc0\udcaf');
});

test('a path from outside is inside the root or refused', () => {
  assert.equal(checkedPath('./a//b/', 'linux'), 'a/b');
  assert.equal(checkedPath('', 'linux'), '');
  assert.equal(checkedPath('a\\b', 'linux'), 'a\\b');
  assert.equal(checkedPath('a\\b', 'win32'), 'a/b');
  for (const bad of ['..', 'a/../b', '/etc', '../x', 'a/..', 'a\0b']) {
    assert.throws(() => checkedPath(bad, 'linux'), code('INVALID_NAME'), bad);
  }
  for (const bad of [
    'C:\\x',
    'c:x',
    '\\\\host\\x',
    'a\\..\\b',
    'aux',
    'a:b',
    'x.',
    'x ',
    'NUL.txt',
    'com1',
    'a\nb',
    'a|b',
  ]) {
    assert.throws(() => checkedPath(bad, 'win32'), code('INVALID_NAME'), bad);
  }
});

test('no checked path leads outside', () => {
  const part = fc.constantFrom('..', '.', '', 'a', '/', '\\', 'c:', '\0', '...', '..\\..');
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom('linux' as const, 'win32' as const),
      (parts, platform) => {
        let path: string;
        try {
          path = checkedPath(parts.join('/'), platform);
        } catch {
          return;
        }
        assert.ok(!path.startsWith('/'));
        for (const name of path === '' ? [] : path.split('/')) assert.equal(nameProblem(name, platform), undefined);
      },
    ),
  );
});

test('names that some file system takes for the same have the same fold', () => {
  for (const [one, other] of [
    ['Straße', 'STRASSE'],
    ['é', 'e\u0301'],
    ['ﬁle', 'FILE'],
    ['Ａ', 'a'],
  ] as const) {
    assert.equal(foldedName(one), foldedName(other));
  }
  assert.notEqual(foldedName('a'), foldedName('b'));
});
