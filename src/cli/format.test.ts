import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, colourWanted, count, duration, makeStyle, modeText, number, table, width } from './format.ts';

const plain = makeStyle(false);

test('sizes have the unit that fits', () => {
  const shown = [0, 1023, 1024, 1536, 102_349, 1_048_524, 1_048_576, 5 * 1024 ** 4].map(bytes);
  assert.deepEqual(shown, ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '100 KiB', '1.0 MiB', '1.0 MiB', '5.0 TiB']);
});

test('numbers and counts', () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(number), ['0', '999', '1,000', '1,234,567']);
  assert.deepEqual(
    [count(1, 'file'), count(2000, 'file'), count(2, 'copy', 'copies')],
    ['1 file', '2,000 files', '2 copies'],
  );
});

test('times are told as people do, until the date says more', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  const times = [
    '2026-03-01T11:59:30Z',
    '2026-03-01T11:58:59Z',
    '2026-03-01T02:00:00Z',
    '2026-02-26T12:00:00Z',
    '2025-12-31T23:00:00Z',
  ];
  assert.deepEqual(
    times.map(time => ago(time, now)),
    ['just now', '1 minute ago', '10 hours ago', '3 days ago', '2025-12-31'],
  );
  assert.equal(ago('2027-01-01T00:00:00Z', now), '2027-01-01', 'a clock that went wrong');
  assert.deepEqual([duration(12), duration(1500), duration(125_000)], ['12 ms', '1.5 s', '2 min 5 s']);
});

test('modes look as with ls', () => {
  assert.deepEqual(
    [modeText('file', 0o100644), modeText('dir', 0o40755), modeText('link', 0o777)],
    ['-rw-r--r--', 'drwxr-xr-x', 'lrwxrwxrwx'],
  );
});

test('columns fit what a terminal shows of wide characters and looks', () => {
  assert.deepEqual(['abc', '試験', '😀', 'é', '\u001b[1mab\u001b[22m'].map(width), [3, 4, 2, 1, 2]);
  assert.deepEqual(
    table(
      plain,
      ['name', '>size'],
      [
        ['試験', '1'],
        ['a', '1000'],
      ],
    ),
    ['name  size', '試験     1', 'a     1000'],
  );
  assert.deepEqual(
    table(
      plain,
      ['', ''],
      [
        ['a', ''],
        ['bb', 'c'],
      ],
    ),
    ['a', 'bb  c'],
  );
});

test('colours are for terminals, and for whoever asks', () => {
  const terminal = { isTTY: true };
  assert.equal(colourWanted(terminal, {}, true), true);
  assert.equal(colourWanted(terminal, { NO_COLOR: '1' }, true), false);
  assert.equal(colourWanted(terminal, { NO_COLOR: '' }, true), true);
  assert.equal(colourWanted(terminal, { TERM: 'dumb' }, true), false);
  assert.equal(colourWanted(terminal, {}, false), false);
  assert.equal(colourWanted({}, {}, true), false);
  assert.equal(colourWanted({}, { FORCE_COLOR: '1' }, true), true);
  assert.equal(colourWanted({}, { FORCE_COLOR: '0' }, true), false);
  assert.equal(makeStyle(true).bad('x'), '\u001b[31mx\u001b[39m');
  assert.equal(plain.bad('x'), 'x');
});
