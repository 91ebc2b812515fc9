import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { documentUpgrades } from './documents.ts';
import { localStorageEntries } from './local-storage.ts';

/** A JSON value as text, with spellings that parsing and printing would lose. */
const rawValue = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '1.0',
    '-0',
    '1e-07',
    '1.50e+02',
    '12345678901234567890',
    '"\\u00e9\\/"',
    '"\\ud83d"',
    '{ "a" :1,"a":2 }',
  ),
);
const space = fc.constantFrom('', ' ', '\n  ', '\t', '\r\n');
const keys = fc.oneof(
  fc.constantFrom('_rid', '_self', '_etag', '_attachments', '_ts', 'id', 'content', '__proto__', '_other', 'hash'),
  fc.string(),
);

interface RawMember {
  key: string;
  text: string;
}

const member = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<RawMember> =>
  fc.tuple(key, space, space, value).map(([key, before, after, value]) => ({
    key,
    text: `${JSON.stringify(key)}${before}:${after}${value}`,
  }));

const objectOf = (members: fc.Arbitrary<RawMember[]>) =>
  fc.tuple(members, space, space).map(([members, one, two]) => ({
    members,
    text: `${one}{${two}${members.map(({ text }) => text).join(`${one},${two}`)}${one}}${two}`,
  }));

const unique = (one: fc.Arbitrary<RawMember>) => fc.uniqueArray(one, { selector: ({ key }) => key, maxLength: 12 });

const isSystem = (key: string) => ['_rid', '_self', '_etag', '_attachments', '_ts'].includes(key);

/** That a text is exactly these members, by what they mean and by every byte of them. */
function assertHolds(text: string, members: readonly RawMember[]): void {
  assert.deepEqual(JSON.parse(text), JSON.parse(`{${members.map(one => one.text).join(',')}}`));
  let at = 0;
  for (const one of members) {
    const found = text.indexOf(one.text, at);
    assert.ok(found >= 0, `${one.text} is not in ${text}`);
    at = found + one.text.length;
  }
}

test('taking a document apart loses no key, value, order or spelling, and is done once', () => {
  fc.assert(
    fc.property(objectOf(unique(member(keys, rawValue))), ({ members, text }) => {
      const bytes = Buffer.from(text);
      const { document, system } = documentUpgrades('sessions', bytes);
      assert.equal(
        system !== undefined,
        members.some(({ key }) => isSystem(key)),
      );
      assert.equal(document !== undefined, system !== undefined);
      if (!document || !system) return;
      const rest = document.apply(bytes, []);
      assertHolds(
        rest.toString(),
        members.filter(({ key }) => !isSystem(key)),
      );
      assertHolds(
        system.apply(bytes, []).toString(),
        members.filter(({ key }) => isSystem(key)),
      );
      assert.deepEqual(documentUpgrades('sessions', rest), {});
      assert.ok(document.apply(rest, []).equals(rest));
    }),
    { numRuns: 500 },
  );
});

test('renaming the pre-release hash changes that key and nothing else, and is done once', () => {
  const metadata = objectOf(
    unique(member(fc.oneof(fc.constantFrom('hash', 'content_hash', '__proto__'), fc.string()), rawValue)),
  );
  fc.assert(
    fc.property(metadata, space, ({ members, text }, gap) => {
      const whole = `{"metadata"${gap}:${text}}`;
      const { document } = documentUpgrades('snapshots', Buffer.from(whole));
      const hash = members.find(({ key }) => key === 'hash');
      const due =
        hash?.text
          .replace(/^"hash"\s*:\s*/, '')
          .trimStart()
          .startsWith('"') === true && !members.some(({ key }) => key === 'content_hash');
      assert.equal(document !== undefined, due);
      if (!document || !hash) return;
      const result = document.apply(Buffer.from(whole), []);
      const at = whole.indexOf(text) + text.indexOf(hash.text);
      assert.equal(result.toString(), `${whole.slice(0, at)}"content_hash"${whole.slice(at + '"hash"'.length)}`);
      assert.deepEqual(documentUpgrades('snapshots', result), {});
    }),
    { numRuns: 500 },
  );
});

test('taking browser storage apart loses no key or value, and is done once', () => {
  const key = fc.oneof(
    fc.constantFrom('temp-workbench-session', 'workbench-session-a', 'workbench-session-a/b', '__proto__', 'theme'),
    fc.stringMatching(/^workbench-session-[A-Za-z0-9_-]{8,12}$/),
    fc.string(),
  );
  const value = fc
    .oneof(fc.json({ maxDepth: 1 }), fc.string(), fc.constant('half \ud83d'))
    .map(text => JSON.stringify(text));
  fc.assert(
    fc.property(objectOf(unique(member(key, value))), ({ members, text }) => {
      const bytes = Buffer.from(text);
      const entries = localStorageEntries('/somewhere/localStorage.json', bytes);
      const results = new Map(
        entries.map(({ target, upgrade }) => [target, (upgrade?.apply(bytes, []) ?? bytes).toString()]),
      );
      assert.equal(results.size, entries.length);
      const original = JSON.parse(text);
      const left = members.filter(({ key }) => {
        const own = results.get(`local/${key}.json`);
        if (own !== undefined) assert.equal(own, original[key]);
        return own === undefined;
      });
      const settings = results.get('settings/localStorage.json');
      if (settings !== undefined) {
        assertHolds(settings, left);
        const again = localStorageEntries('/somewhere/localStorage.json', Buffer.from(settings));
        assert.ok(again.every(entry => entry.upgrade === undefined));
      } else assert.equal(left.length, 0);
    }),
    { numRuns: 500 },
  );
});

test('an upgrade refuses other bytes than it was made for, without quoting them', () => {
  const { document } = documentUpgrades('sessions', Buffer.from('{"_rid":1}'));
  const [entry] = localStorageEntries('/l', Buffer.from('{"temp-workbench-session":"x"}'));
  for (const upgrade of [document!, entry!.upgrade!]) {
    for (const text of ['', '{"secret', '\ufeff{}', 'secret']) {
      assert.throws(
        () => upgrade.apply(Buffer.from(text), []),
        error => error instanceof Error && error.message.length > 10 && !error.message.includes('secret'),
      );
    }
  }
  assert.throws(() => entry!.upgrade!.apply(Buffer.from('{}'), []), /no such entry/);
});
