import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Header } from 'tar-stream';
import { code } from '../../../test/fixtures/engine.ts';
import { nameFromBytes } from '../names.ts';
import { archivedName, readHeader } from './archive-names.ts';

function header(more: Partial<Header>): Header {
  return {
    name: 'a',
    type: 'file',
    size: 0,
    mode: 0o644,
    mtime: new Date(0),
    linkname: null,
    pax: null,
    ...more,
  } as Header;
}

test('an archived name is valid UTF-8, and a name that was that stays as it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), bytes => {
      const name = nameFromBytes(bytes);
      const archived = archivedName(name);
      assert.ok(archived.isWellFormed());
      if (name.isWellFormed()) assert.equal(archived, name);
      assert.equal(archivedName(archived), archived);
    }),
  );
});

test('the time is exact to the nanosecond where a pax header tells it, and whole seconds otherwise', () => {
  const mtimeOf = (more: object) => readHeader(header(more as Partial<Header>), 'linux')?.mtime;
  assert.equal(mtimeOf({ mtime: new Date(1_700_000_000_000) }), '1700000000000000000');
  assert.equal(mtimeOf({ pax: { mtime: '1700000000.123456789' } }), '1700000000123456789');
  assert.equal(mtimeOf({ pax: { mtime: '1700000000.5' } }), '1700000000500000000');
  assert.equal(mtimeOf({ pax: { mtime: '-1.500000000' } }), '-1500000000');
  assert.equal(mtimeOf({ pax: { mtime: '-0.5' } }), '-500000000');
  assert.equal(mtimeOf({ pax: { mtime: 'nonsense' }, mtime: new Date(3000) }), '3000000000');
  assert.equal(mtimeOf({ mtime: new Date(Number.NaN) }), '0');
});

test('kinds that are no file, directory or link are refused, known or not', () => {
  for (const type of ['character-device', 'block-device', 'fifo', 'pax-header', null]) {
    assert.throws(() => readHeader(header({ type } as Partial<Header>), 'linux'), code('ARCHIVE_UNSAFE'), `${type}`);
  }
  assert.equal(readHeader(header({ type: 'contiguous-file' }), 'linux')?.type, 'file');
  assert.throws(
    () => readHeader(header({ pax: { 'GNU.sparse.major': '1' } } as Partial<Header>), 'linux'),
    code('ARCHIVE_UNSAFE'),
  );
});

test('names that mean a place elsewhere on Windows are refused there', () => {
  for (const name of ['..\\x', 'a\\..\\..\\x', 'C:\\x', 'C:x', '\\x', '\\\\host\\share\\x', 'aux', 'a:stream', 'x.']) {
    assert.throws(() => readHeader(header({ name }), 'win32'), code('ARCHIVE_UNSAFE'), name);
    assert.throws(
      () => readHeader(header({ name: 'a', type: 'link', linkname: name }), 'win32'),
      code('ARCHIVE_UNSAFE'),
      name,
    );
  }
  assert.equal(readHeader(header({ name: 'a\\b' }), 'win32')?.path, 'a/b');
  assert.equal(readHeader(header({ name: 'a\\b' }), 'linux')?.path, 'a\\b');
});
