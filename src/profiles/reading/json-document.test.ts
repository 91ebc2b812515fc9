import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  documentText,
  edited,
  elementsOf,
  insertAfter,
  insertBefore,
  isObjectAt,
  membersOf,
  objectAt,
  UnusableDocument,
  wholeValue,
} from './json-document.ts';

const reasonOf = (bytes: Buffer | string): string => {
  try {
    documentText(Buffer.from(bytes));
    return 'none';
  } catch (error) {
    assert.ok(error instanceof UnusableDocument);
    return error.message;
  }
};

test('says what is wrong with a document, without its text', () => {
  assert.equal(reasonOf('{"a": 1}'), 'none');
  assert.equal(reasonOf(''), 'It is empty.');
  assert.equal(reasonOf('\ufeff{}'), 'It begins with a byte order mark.');
  assert.equal(reasonOf(Buffer.from('\ufeff{}', 'utf16le')), 'It is UTF-16, not UTF-8.');
  assert.equal(reasonOf(Buffer.from('{}', 'utf16le')), 'It is UTF-16, not UTF-8.');
  assert.equal(reasonOf(Buffer.from('{}', 'utf16le').swap16()), 'It is UTF-16, not UTF-8.');
  assert.equal(reasonOf(Buffer.from([0x22, 0xff, 0x22])), 'It is not UTF-8.');
  assert.match(reasonOf('{\n"a": NaN}'), /line 2: the number NaN/);
  assert.match(reasonOf('{"a": -Infinity}'), /the number -Infinity/);
  for (const text of ['{"secret', '{"a":1,}', '[1 2]', '{} {}', '// c\n{}', '{"a":secret}', '[01]', ' ']) {
    assert.match(reasonOf(text), /^It is not valid JSON \(line \d: [a-z ]+\)\.$/, text);
    assert.doesNotMatch(reasonOf(text), /secret/);
  }
});

test('deep and large documents are refused before anything is built', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(reasonOf(nested(512)), 'none');
  assert.equal(reasonOf(nested(513)), 'It is nested deeper than 512 levels.');
  assert.equal(reasonOf('{"a":'.repeat(1_000_000)), 'It is nested deeper than 512 levels.');
  assert.throws(() => documentText(Buffer.alloc(3 * 1024 * 1024, 0x20), 2 * 1024 * 1024), /larger than 2 MiB/);
});

test('takes exactly what the runtime takes', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const token = fc.constantFrom(
    ...'{}[]:,"\\\n\t\u00a0\u0001/*0-+.e'.split(''),
    '"a"',
    'true',
    'null',
    '1.5',
    '01',
    '\\u12',
    ' ',
  );
  const texts = fc.oneof(
    fc.array(token, { maxLength: 12 }).map(parts => parts.join('')),
    fc.tuple(fc.json(), fc.nat(), token).map(([text, at, one]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + one + text.slice(place);
    }),
  );
  fc.assert(
    fc.property(texts, text => {
      assert.equal(reasonOf(text) === 'none', parses(text), JSON.stringify(text));
    }),
    { numRuns: 5000 },
  );
});

test('finds every member and element where it stands', () => {
  const spaces = fc.constantFrom(undefined, 2, '\t', ' \r\n');
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), spaces, (value, space) => {
      const text = `\n ${JSON.stringify(value, null, space as string).replaceAll('/', '\\/')} `;
      const look = (start: number, end: number): unknown => {
        if (text[start] === '{') {
          return [...membersOf(text, start)].map(member => [member.key, look(member.start, member.end)]);
        }
        if (text[start] === '[') return [...elementsOf(text, start)].map(one => look(one.start, one.end));
        return JSON.parse(text.slice(start, end));
      };
      const shape = (one: unknown): unknown =>
        Array.isArray(one)
          ? one.map(shape)
          : typeof one === 'object' && one !== null
            ? Object.entries(one).map(([key, inner]) => [key, shape(inner)])
            : one;
      const whole = wholeValue(text);
      assert.deepEqual(look(whole.start, whole.end), shape(JSON.parse(text)));
      assert.equal(text.slice(whole.start, whole.end), text.trim());
    }),
    { numRuns: 500 },
  );
});

test('new members look like their neighbours; a key that is there twice is refused', () => {
  const text = '{\n  "b" : 1,\n  "__proto__" : {"x": 1}\n}';
  const members = objectAt(text, wholeValue(text));
  assert.deepEqual([...members.keys()], ['b', '__proto__']);
  assert.ok(isObjectAt(text, members.get('__proto__')) && !isObjectAt(text, members.get('x')));
  const both = [
    insertAfter(text, members.get('__proto__')!, [['c', 'null']]),
    insertBefore(text, members.get('b')!, [['a', '2']]),
  ];
  assert.equal(edited(text, both), '{\n  "a" : 2,\n  "b" : 1,\n  "__proto__" : {"x": 1},\n  "c" : null\n}');
  assert.throws(() => objectAt('{"a":1,"\\u0061":2}', { start: 0, end: 18 }), /twice/);
});
