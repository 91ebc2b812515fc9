import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableLines } from './printable.ts';

test('what a terminal would act on is escaped', () => {
  assert.equal(printable('a\nb\r\tc'), 'a\\nb\\r\\tc');
  assert.equal(printable('\u001b[31mred\u0007\u007f\u009b'), '\\x1b[31mred\\x07\\x7f\\x9b');
  assert.equal(printable('gpj\u202eexe\u2066\u2028\ufeff'), 'gpj\\u202eexe\\u2066\\u2028\\ufeff');
});

test('bytes that were not UTF-8, and other halves of pairs, are escaped', () => {
  assert.equal(printable('caf\udce9.txt'), 'caf\\xe9.txt');
  assert.equal(printable('\ud83d'), '\\ud83d');
});

test('everything else is left alone', () => {
  const text = 'Température – 試験 😀 C:\\Users `$HOME` "quoted"';
  assert.equal(printable(text), text);
});

test('whole lines keep their ends and our own colours', () => {
  assert.equal(printableLines('\u001b[1mbold\u001b[22m\nnext\u001b[2J'), '\u001b[1mbold\u001b[22m\nnext\\x1b[2J');
});
