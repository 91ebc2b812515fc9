import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { own, readJson, readPythonJson, UnusableDocument, usable } from './bounded-json.ts';

const problemOf = (bytes: Buffer | string): string => {
  const json = readJson(Buffer.from(bytes));
  return 'kind' in json ? json.problem : 'none';
};

test('says what is wrong with a document, without its text', () => {
  assert.equal(problemOf('{"a": 1}'), 'none');
  assert.equal(problemOf(''), 'it is empty (0 bytes)');
  assert.equal(problemOf(' \n'), 'it is empty');
  assert.equal(problemOf('\ufeff{}'), 'it begins with a byte order mark');
  for (const utf16 of [Buffer.from('\ufeff{}', 'utf16le'), Buffer.from('{}', 'utf16le')]) {
    assert.equal(problemOf(utf16), 'it is UTF-16, not UTF-8');
    assert.equal(problemOf(utf16.swap16()), 'it is UTF-16, not UTF-8');
  }
  assert.equal(problemOf(Buffer.from([0x22, 0xff, 0x22])), 'it is not UTF-8');
  assert.equal(problemOf('{\n"a": NaN}'), 'it holds NaN or Infinity, which are not JSON');
  assert.match(problemOf('{\n"a": NaN,}'), /line 2: the number NaN, which JSON does not have/);
  for (const text of ['{"secret', '{"a":1,}', '[1 2]', '{} {}', '// c\n{}', '{"a":secret}', '[01]']) {
    assert.match(problemOf(text), /^it is not valid JSON \(line \d: [a-z ]+\)$/, text);
    assert.doesNotMatch(problemOf(text), /secret/);
  }
  assert.throws(() => usable(readJson(Buffer.from('{'))), UnusableDocument);
  assert.throws(() => usable(readJson(Buffer.from('{'))), /^Error: It is not valid JSON \(line 1: [a-z ]+\)\.$/);
});

test('deep and large documents are refused before anything is built', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(problemOf(nested(512)), 'none');
  const tooDeep = 'it is nested deeper than 512 levels and was not parsed';
  assert.equal(problemOf(nested(513)), tooDeep);
  assert.equal(problemOf('{"a":'.repeat(1_000_000)), tooDeep);
  const tooMany = 'it is made of more than 3 million parts and was not parsed';
  for (const part of ['[],', '"",', '"" ', '0,,']) assert.equal(problemOf(`[${part.repeat(3_000_000)}0]`), tooMany);
  assert.match(JSON.stringify(readJson(Buffer.alloc(3 * 2 ** 20, 0x20), 2 * 2 ** 20)), /larger than 2 MiB/);
});

test('a problem early in a large text ends the reading of it', () => {
  assert.match(problemOf(`[${'x '.repeat(2_000_000)}`), /^it is not valid JSON \(line 1: /);
  assert.match(problemOf(`${'\n'.repeat(2_000_000)}x`), /^it is not valid JSON \(line 2000001: /);
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
      assert.equal(problemOf(text) === 'none', parses(text), JSON.stringify(text));
    }),
    { numRuns: 2000 },
  );
});

test('what Python writes is read for a program in Python; a key of an object is its own', () => {
  const json = usable(readPythonJson(Buffer.from('{"a": [NaN, -Infinity], "b": "NaN", "__proto__": {"c": 1}}')));
  assert.deepEqual(own(json.value, 'a'), [null, null]);
  assert.equal(own(json.value, 'b'), 'NaN');
  assert.equal(own(json.value, 'c'), undefined);
  assert.equal(own(json.value, 'toString'), undefined);
  assert.deepEqual(own(json.value, '__proto__'), { c: 1 });
});
