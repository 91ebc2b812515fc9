import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AtlasState, atlasStates } from '../../../test/fixtures/atlas.ts';
import { workspaceState } from './state-schema.ts';
import { swiftDate, upgradeState } from './upgrade.ts';

const savedAt = '795168000.25';
const upgrade = (bytes: Buffer | string) => upgradeState(Buffer.from(bytes), savedAt);

interface State {
  savedAt?: number;
  schemaVersion?: number;
  snapshot: { recoveryItems: { payload?: Record<string, { _0?: object }> | null }[] };
}

/** What must come out, made by another way: every `_0` that V1.0.2 wrote replaced in the parsed value. */
function expected(state: unknown): unknown {
  const copy = structuredClone(state) as State;
  copy.savedAt ??= Number(savedAt);
  copy.schemaVersion ??= 1;
  for (const { payload } of copy.snapshot.recoveryItems) {
    const [kind, ...others] = Object.keys(payload ?? {});
    if (!payload || others.length > 0 || (kind !== 'finding' && kind !== 'app')) continue;
    for (let value = payload[kind]!; Object.keys(value ?? {}).join() === '_0'; value = payload[kind]!) {
      if (typeof value._0 !== 'object' || value._0 === null || Array.isArray(value._0)) break;
      payload[kind] = value._0;
    }
  }
  return copy;
}

test('what the program reads already is left alone, byte for byte', () => {
  for (const name of ['envelope', 'older app payload', 'unknown keys and values'] as const) {
    const bytes = atlasStates[name];
    const result = upgradeState(bytes, savedAt);
    assert.equal(result.bytes, bytes, name);
    assert.deepEqual([result.enveloped, result.unwrapped], [false, 0]);
  }
});

test('a file of V1.0.2 gets the envelope where sorted keys have it, and its payloads lose the wrapping', () => {
  const before = atlasStates['legacy top level'].toString();
  const { bytes, enveloped, unwrapped } = upgrade(before);
  const after = bytes.toString();
  assert.deepEqual([enveloped, unwrapped], [true, 3]);
  assert.deepEqual(JSON.parse(after), expected(JSON.parse(before)));
  assert.deepEqual(Object.keys(JSON.parse(after)), ['currentPlan', 'savedAt', 'schemaVersion', 'settings', 'snapshot']);
  assert.ok(after.includes('\n  "savedAt" : 795168000.25,\n  "schemaVersion" : 1,\n  "settings" : {'), after);
  assert.ok(!after.includes('"_0"'));
  // Nothing else changed: with the additions taken out again, the rest is the same text.
  const rest = (text: string) =>
    text
      .replace('  "savedAt" : 795168000.25,\n  "schemaVersion" : 1,\n', '')
      .replaceAll(/\{\s*"_0" : /g, '')
      .replaceAll(/[\s{}]/g, '');
  assert.equal(rest(after), rest(before));
  for (const number of ['9007199254740993', '795000000.10', '694224000.5', '795167003.1415926535'])
    assert.ok(after.includes(` : ${number}`), number);
  assert.ok(after.includes('\\/Users\\/kim\\/.Trash') && after.includes('"Éditeur – 試験"'));
  assert.equal(workspaceState.safeParse(JSON.parse(after)).success, true, 'the program reads it');
  assert.equal(workspaceState.safeParse(JSON.parse(before)).success, false, 'and did not before');
});

test('upgrading again changes nothing', () => {
  for (const name of ['legacy top level', 'wrapped payloads in the envelope', 'a key __proto__'] as const) {
    const once = upgrade(atlasStates[name]).bytes;
    assert.equal(upgradeState(once, '1').bytes, once, name);
  }
});

test('what stands beside a wrapping is not lost: it is not what V1.0.2 wrote', () => {
  const before = atlasStates['wrapped payloads in the envelope'];
  const { bytes, unwrapped } = upgrade(before);
  assert.equal(unwrapped, 2);
  assert.deepEqual(JSON.parse(bytes.toString()), expected(JSON.parse(before.toString())));
  assert.ok(bytes.includes('of somebody else') && bytes.includes('"_0"'));
});

test('each broken file says why, without its text', () => {
  const reasons: Partial<Record<AtlasState, RegExp>> = {
    'schema version 2': /is 2, newer than 1/,
    'schema version as text': /none that is known/,
    truncated: /not valid JSON \(line \d+/,
    empty: /empty/,
    'a list': /does not hold an object/,
    'neither shape': /neither a schema version nor a snapshot/,
    NaN: /NaN or Infinity/,
    'byte order mark': /byte order mark/,
    'UTF-16': /UTF-16/,
    'too deep': /deeper than 512/,
    'a key twice': /twice/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    assert.throws(() => upgrade(atlasStates[name as AtlasState]), reason, name);
  }
  const polluted = upgrade(atlasStates['a key __proto__']).bytes.toString();
  assert.ok(polluted.includes('"__proto__":{"polluted":true}}'));
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('the envelope goes where there is room: before, between and after what is there', () => {
  assert.equal(upgrade('{"snapshot":{}}').bytes.toString(), '{"savedAt":795168000.25,"schemaVersion":1,"snapshot":{}}');
  assert.equal(
    upgrade(' {"a":1, "snapshot": {"a":1}, "b" :2 }\n').bytes.toString(),
    ' {"a":1, "savedAt": 795168000.25, "schemaVersion": 1, "snapshot": {"a":1}, "b" :2 }\n',
  );
  assert.equal(
    upgrade('{"snapshot":{},"schemaVersion":1.0}').bytes.toString(),
    '{"savedAt":795168000.25,"snapshot":{},"schemaVersion":1.0}',
  );
  assert.equal(
    upgrade('{"schemaVersion":1,"a":0}').bytes.toString(),
    '{"savedAt":795168000.25,"schemaVersion":1,"a":0}',
  );
  assert.equal(
    upgrade('{"savedAt":7,"snapshot":{}}').bytes.toString(),
    '{"savedAt":7,"schemaVersion":1,"snapshot":{}}',
  );
});

test('an upgrade loses no key, no value and no digit, whatever else stands in the file', () => {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const wrapped = (value: fc.Arbitrary<unknown>) =>
    fc.oneof(
      value,
      fc.record({ _0: value }),
      fc.record({ _0: fc.record({ _0: value }) }),
      fc.record({ _0: value, x: value }),
    );
  const keyed = (known: object, further: fc.Arbitrary<object>) => further.map(others => ({ ...others, ...known }));
  const object = fc.dictionary(fc.string(), anything, { maxKeys: 4 });
  const payload = fc.oneof(
    fc.record({ finding: wrapped(object) }),
    fc.record({ app: wrapped(object) }),
    fc.record({ other: wrapped(object) }),
    fc.record({ finding: wrapped(object), app: wrapped(object) }),
    anything,
  );
  const item = fc.tuple(object, payload).map(([others, one]) => ({ ...others, payload: one }));
  const state = fc
    .tuple(fc.array(item, { maxLength: 4 }), object, object, fc.boolean())
    .chain(([recoveryItems, inSnapshot, others, current]) =>
      keyed(
        { snapshot: { ...inSnapshot, recoveryItems }, ...(current ? { schemaVersion: 1, savedAt: 3.5 } : {}) },
        fc.constant(others),
      ),
    )
    .filter(one => Object.hasOwn(one, 'schemaVersion') === Object.hasOwn(one, 'savedAt'));
  const spaces = fc.constantFrom('', '  ', '\t');
  const digits = fc.constantFrom('1.50', '-0.0', '1e-7', '9007199254740993', '0.30000000000000004', '1E+2');
  fc.assert(
    fc.property(state, spaces, digits, (value, space, number) => {
      // A number that JavaScript would print otherwise.
      const before = JSON.stringify({ ...value, z: ['@ a number @'] }, null, space).replace('"@ a number @"', number);
      const { bytes } = upgrade(before);
      const after = bytes.toString();
      assert.deepEqual(JSON.parse(after), expected(JSON.parse(before)));
      assert.ok(after.includes(number));
      assert.equal(upgradeState(bytes, '1').bytes, bytes);
    }),
    { numRuns: 1000 },
  );
});

test('milliseconds since 1970 as a date of Swift', () => {
  assert.equal(swiftDate(Date.UTC(2026, 2, 14, 8, 0, 0, 250)), '795168000.25');
  assert.equal(swiftDate(Date.UTC(2001, 0, 1)), '0');
  assert.equal(swiftDate(Date.UTC(2000, 11, 31, 23, 59, 59, 999)), '-0.001');
  assert.equal(swiftDate(1_773_475_200_007.9), '795168000.007');
});
