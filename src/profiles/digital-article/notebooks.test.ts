import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutPythonNumbers } from '../reading/python-json.ts';
import { readNotebook } from './notebooks.ts';

const read = (text: string | Buffer) => readNotebook('notebooks/abc.json', Buffer.from(text));

test('reads what a notebook says of itself', () => {
  const notebook = {
    id: 'abc',
    title: 'Kinetics',
    description: 'd',
    author: 'Maria',
    created_at: '2026-01-30 09:12:44.120331',
    updated_at: '2026-01-30 18:04:11',
    cells: [],
  };
  assert.deepEqual(read(JSON.stringify(notebook)), {
    id: 'abc',
    title: 'Kinetics',
    description: 'd',
    owner: 'Maria',
    createdAt: '2026-01-30T09:12:44.120Z',
    updatedAt: '2026-01-30T18:04:11.000Z',
  });
});

test('both spellings of time, a zone, and what is no time', () => {
  const created = (text: unknown) => read(JSON.stringify({ cells: [], created_at: text })).createdAt;
  assert.equal(created('2026-01-30T09:12:44.120331'), '2026-01-30T09:12:44.120Z');
  assert.equal(created('2026-01-30 09:12:44+02:00'), '2026-01-30T07:12:44.000Z');
  for (const text of ['yesterday', '2026-13-45 99:00:00', 7, null, '']) assert.equal(created(text), undefined);
});

test('reads over a byte order mark and the numbers that only Python writes', () => {
  assert.equal(read('\ufeff{"cells":[{"a":NaN,"b":-Infinity,"c":"NaN \\" Infinity"}],"title":"NaN"}').title, 'NaN');
});

test('what is no notebook says why, without its text', () => {
  for (const text of ['', '{', '[]', 'null', '{}', '{"cells":{}}', '{"cells":[]', 'secret']) {
    assert.throws(
      () => read(text),
      error => error instanceof Error && error.message.length > 10 && !error.message.includes('secret'),
      text,
    );
  }
});

test('replacing Python numbers leaves valid JSON as it is', () => {
  fc.assert(
    fc.property(fc.json(), text => {
      assert.deepEqual(JSON.parse(withoutPythonNumbers(text)), JSON.parse(text));
    }),
  );
  const text = fc.string().map(value => JSON.stringify(value));
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.constantFrom('NaN', 'Infinity', '-Infinity', '1'))), items => {
      const expected = items.map(item => (/^-?[NI]/.test(item) ? null : JSON.parse(item)));
      assert.deepEqual(JSON.parse(withoutPythonNumbers(`[${items.join(',')}]`)), expected);
    }),
  );
});
