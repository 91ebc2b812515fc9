import { linkSync, lstatSync } from 'node:fs';
import { nameFromBytes, systemPath } from '../../src/engine/names.ts';
import { directory, file, link, makeTree } from '../fixtures/tree.ts';
import { setTimes } from './reader.ts';

const mebibyte = 1024 * 1024;
/** Does not compress, and no two pieces of it are equal. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = 1; at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

const second = 1_000_000_000n;
const name = (...bytes: number[]) => nameFromBytes(Buffer.from(bytes));

/** Whatever a reader could get wrong: names, kinds, lengths at the borders, modes and times. */
export function makeOddTree(root: string): void {
  makeTree(
    root,
    {
      'plain.txt': 'plain\n',
      empty: '',
      'one-piece': noise(mebibyte),
      'two-pieces': noise(mebibyte + 1),
      'three-equal-pieces': Buffer.alloc(3 * mebibyte, 'a'),
      'run.sh': file('#!/bin/sh\n', { mode: 0o755 }),
      'read-only': file('x', { mode: 0o400 }),
      notes: { 'a.md': '# a\n', deep: { 'b.md': '# b\n' }, 'c.md': link('a.md') },
      nothing: directory({}, { mode: 0o1750 }),
      'to notes': link('notes/deep'),
      dangling: link(`nowhere/${name(0xff)}`),
      [name(0x62, 0xff, 0xc3)]: 'not UTF-8',
      [name(0xed, 0xa0, 0xbd, 0xed, 0xb2, 0x80)]: 'surrogates as bytes',
      // By code units the first of these two comes first; by code points, or bytes, the second.
      '\u{1f480}': 'an emoji',
      '\uff5e': 'a wide tilde',
      'quote" back\\slash\nnew\tline\u007f\u2028': 'escapes',
      'a.b': '',
      a: { '-': '' },
      'a-b': '',
    },
    { mtime: '2024-05-06T07:08:09.123Z' },
  );
  // Names of one file in several directories: that under which it was made is not the first of them.
  linkSync(`${root}/notes/a.md`, `${root}/a/also`);
  linkSync(`${root}/notes/a.md`, systemPath(`${root}/notes/deep/${name(0xfe)}`));
  linkSync(systemPath(`${root}/${name(0x62, 0xff, 0xc3)}`), `${root}/notes/not UTF-8`);
  const times: Record<string, bigint> = {
    'plain.txt': 1_700_000_000n * second + 123_456_789n,
    empty: -1n,
    'run.sh': -14n * 365n * 86_400n * second - 1_000_001n,
    'read-only': 0n,
    'notes/deep/b.md': 4_102_444_800n * second + 999_999_999n,
    'to notes': 1_600_000_000n * second + 1n,
    'notes/deep': 1_500_000_000n * second + 7n,
    nothing: -999_999_999n,
  };
  setTimes(Object.entries(times).map(([at, time]) => [Buffer.from(systemPath(`${root}/${at}`)), time]));
  if (lstatSync(`${root}/empty`, { bigint: true }).mtimeNs !== -1n)
    throw new Error('This test needs a temporary directory on a file system with nanosecond times.');
}
