import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  edited,
  elementsOf,
  insertAfter,
  insertBefore,
  isObjectAt,
  membersOf,
  objectAt,
  wholeValue,
} from './json-places.ts';

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
