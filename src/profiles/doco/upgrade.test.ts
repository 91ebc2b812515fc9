import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { docoIds, documentedFragments, documentedMetadata, documentedParameters } from '../../../test/fixtures/doco.ts';
import { readJson } from '../reading/bounded-json.ts';
import { sessionProblem } from './session-file.ts';
import { joinSession, naiveTime } from './upgrade.ts';

const id = docoIds.documented;
const writtenAt = '2025-11-18T09:30:00.000000';

function join(metadata: string, parameters?: string, fragments?: string): string {
  const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
  return joinSession({
    id,
    metadata: Buffer.from(metadata),
    parameters: bytes(parameters),
    fragments: bytes(fragments),
    writtenAt,
  }).toString();
}

test('three files become one that the program reads, every byte of their values as it was', () => {
  const joined = join(documentedMetadata, documentedParameters, documentedFragments);
  assert.equal(
    joined,
    `{
  "template_id": "basic_report",
  "group": "research",
  "created_at": "2025-11-18T09:00:00.5",
  "updated_at": "2025-11-18T09:30:00",
  "__proto__": {"polluted": true},
  "weight": 1.50,
  "session_id": "${id}",
  "global_parameters": ${documentedParameters.trim()},
  "fragments": ${documentedFragments.trim()}
}
`,
  );
  assert.equal(sessionProblem(`${id}.json`, readJson(Buffer.from(joined))), undefined);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('what is missing is added: no group means one that nobody opens, and times come from the file', () => {
  assert.deepEqual(JSON.parse(join('{"template_id":"t"}')), {
    template_id: 't',
    session_id: id,
    group: 'unassigned',
    global_parameters: {},
    fragments: [],
    created_at: writtenAt,
    updated_at: writtenAt,
  });
  const known = JSON.parse(join('{"template_id":"t","created_at":"2025-11-01T00:00:00","alias":null}'));
  assert.deepEqual([known.created_at, known.updated_at], ['2025-11-01T00:00:00', '2025-11-01T00:00:00']);
  assert.equal(naiveTime(Date.UTC(2025, 10, 19, 10, 0, 0, 250)), '2025-11-19T10:00:00.250000');
});

test('files that hold nothing but their own key are opened', () => {
  const joined = JSON.parse(join('{"template_id":"t"}', '{"global_parameters": {"a": 1}}', '{"fragments": []}'));
  assert.deepEqual([joined.global_parameters, joined.fragments], [{ a: 1 }, []]);
  const other = JSON.parse(join('{"template_id":"t"}', '{"global_parameters": 3}'));
  assert.deepEqual(other.global_parameters, { global_parameters: 3 });
});

test('upgrading the result again changes nothing', () => {
  const joined = join(documentedMetadata, documentedParameters, documentedFragments);
  assert.equal(join(joined), joined);
});

test('what the program would not read, or what would be lost, is not made; the reason quotes nothing', () => {
  const cases: [RegExp, string, string?, string?][] = [
    [/metadata\.json: It is empty/, ''],
    [/metadata\.json does not hold an object/, '[]'],
    [/metadata\.json is empty/, '{}'],
    [/has no template_id/, '{"group":"secret"}'],
    [/has no group/, '{"template_id":"t","group":7}'],
    [/session_id is not that of its name/, '{"template_id":"t","session_id":"secret"}'],
    [/parameters\.json: It is not valid JSON/, '{"template_id":"t"}', '{"secret'],
    [/parameters\.json does not hold an object/, '{"template_id":"t"}', '["secret"]'],
    [/fragments\.json does not hold a list/, '{"template_id":"t"}', '{}', '{"secret":1}'],
    [/fragment 2 has no fragment_id/, '{"template_id":"t"}', '{}', '[{"fragment_id":"a"},{"secret":1}]'],
    [/metadata\.json has fragments too/, '{"template_id":"t","fragments":[]}', '{}', '[]'],
    [/twice/, '{"template_id":"t","template_id":"secret"}'],
    [/deeper than 512/, '{"template_id":"t"}', '['.repeat(600)],
    [/byte order mark/, '\ufeff{"template_id":"t"}'],
    [/NaN/, '{"template_id":"t"}', '{"a":NaN}'],
  ];
  for (const [reason, ...files] of cases) {
    assert.throws(
      () => join(...files),
      error => error instanceof Error && reason.test(error.message) && !error.message.includes('secret'),
      files.join(' '),
    );
  }
});

test('joining loses no key, no value, no order and no digit', () => {
  const reserved = ['session_id', 'template_id', 'group', 'alias', 'created_at', 'updated_at'];
  const key = fc.string().filter(one => ![...reserved, 'global_parameters', 'fragments'].includes(one));
  const object = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
  const fragment = object.map(one => ({ ...one, fragment_id: 'f' }));
  const spaces = fc.constantFrom('', '  ', '\t');
  const number = fc.constantFrom('1.50', '-0.0', '1e-7', '9007199254740993');
  fc.assert(
    fc.property(
      object,
      object,
      fc.array(fragment, { maxLength: 3 }),
      spaces,
      number,
      (known, parameters, list, space, digits) => {
        const text = (value: unknown) => JSON.stringify(value, null, space).replaceAll('"@ a number @"', digits);
        const metadata = text({ ...known, template_id: 't', group: 'g', number: '@ a number @' });
        const given = text({ ...parameters, two: 1, number: '@ a number @' });
        const fragments = ` ${text(list)}\n`;
        const joined = join(metadata, given, fragments);
        const result = JSON.parse(joined);
        const { session_id, global_parameters, fragments: joinedList, created_at, updated_at, ...rest } = result;
        assert.deepEqual([session_id, created_at, updated_at], [id, writtenAt, writtenAt]);
        assert.deepEqual(rest, JSON.parse(metadata));
        assert.deepEqual(Object.keys(rest), Object.keys(JSON.parse(metadata)));
        assert.deepEqual(global_parameters, JSON.parse(given));
        assert.deepEqual(joinedList, list.length === 0 ? [] : JSON.parse(fragments));
        for (const part of [metadata.trim().slice(0, -1).trimEnd(), given, fragments.trim()])
          assert.ok(joined.includes(part));
      },
    ),
    { numRuns: 500 },
  );
});
