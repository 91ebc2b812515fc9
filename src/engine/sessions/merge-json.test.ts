import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeJson } from './merge-json.ts';

const text = (merged: ReturnType<typeof mergeJson>) =>
  'text' in merged ? merged.text : assert.fail(JSON.stringify(merged));
const conflicts = (merged: ReturnType<typeof mergeJson>) => ('conflicts' in merged ? merged.conflicts : []);

test('members that one side changed, added or removed are taken, in the text as it was written', () => {
  const base = '{\n  "a": 1.0,\n  "b": "x",\n  "c": [1, 2]\n}\n';
  const ours = '{\n  "a": 2.50,\n  "b": "x",\n  "c": [1, 2],\n  "new": {"n": 1e3}\n}\n';
  const theirs = '{\n  "a": 1.0,\n  "c": [1,   2, 3],\n  "z": null\n}\n';
  assert.equal(
    text(mergeJson(base, ours, theirs)),
    '{\n  "a": 2.50,\n  "c": [1,   2, 3],\n  "new": {"n": 1e3},\n  "z": null\n}\n',
  );
});

test('items of a list are told apart by their identity', () => {
  const cell = (id: string, code: string) => `{"id":"${id}","code":"${code}"}`;
  const base = `[${cell('1', 'a')},${cell('2', 'b')}]`;
  const ours = `[${cell('1', 'changed')},${cell('3', 'mine')},${cell('2', 'b')}]`;
  const theirs = `[${cell('0', 'theirs')},${cell('1', 'a')},${cell('2', 'b too')}]`;
  assert.equal(
    text(mergeJson(base, ours, theirs)),
    `[${cell('0', 'theirs')},${cell('1', 'changed')},${cell('3', 'mine')},${cell('2', 'b too')}]`,
  );
});

test('what both sides changed is listed with where it is', () => {
  const at = (base: string, ours: string, theirs: string) =>
    conflicts(mergeJson(base, ours, theirs)).map(one => one.path);
  assert.deepEqual(at('{"a":{"b":1}}', '{"a":{"b":2}}', '{"a":{"b":3}}'), ['/a/b']);
  assert.deepEqual(at('{}', '{"x/y":1}', '{"x/y":2}'), ['/x~1y']);
  assert.deepEqual(at('{"a":1}', '{}', '{"a":2}'), ['/a']);
  assert.deepEqual(at('{"a":1}', '{"a":2}', '{}'), ['/a']);
  assert.deepEqual(at('{"l":[1]}', '{"l":[1,2]}', '{"l":[1,3]}'), ['/l']);
  assert.deepEqual(at('[{"id":1,"v":0}]', '[{"id":1,"v":1}]', '[{"id":1,"v":2}]'), ['/0/v']);
  assert.deepEqual(at('{"a":1}', 'no json', '{"a":2}'), ['']);
  assert.deepEqual(at('{"a":1,"a":1}', '{"a":1,"a":2}', '{"a":1,"a":3}'), ['']);
  assert.deepEqual(at('[]', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, '[1]'), ['']);
});

test('`__proto__` is a name like any other', () => {
  const merged = text(mergeJson('{}', '{"__proto__":{"x":1}}', '{"a":1}'));
  assert.deepEqual(Object.keys(JSON.parse(merged)), ['__proto__', 'a']);
});

const json = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom(null, true, 0, 1.5, '', 'text'), tie('object'), tie('list')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e~/'), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  list: fc.array(tie('value'), { maxLength: 3 }),
})).object;

test('a change on one side only is that side, and both orders agree on conflicts', () => {
  fc.assert(
    fc.property(json, json, json, fc.constantFrom(0, 2), (base, one, other, indent) => {
      const [b, o, t] = [base, one, other].map(value => JSON.stringify(value, null, indent)) as [
        string,
        string,
        string,
      ];
      assert.equal(text(mergeJson(b, b, t)), t);
      assert.deepEqual(JSON.parse(text(mergeJson(b, o, b))), one);
      const forth = mergeJson(b, o, t);
      const back = mergeJson(b, t, o);
      assert.equal('text' in forth, 'text' in back);
      if ('text' in forth && 'text' in back) assert.deepEqual(JSON.parse(forth.text), JSON.parse(back.text));
    }),
    { numRuns: 1000 },
  );
});
