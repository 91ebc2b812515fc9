import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../../test/fixtures/ports.ts';
import { link, makeTree, type Tree, temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { HoldfastError } from '../../engine/errors.ts';
import { profileView } from '../../engine/profile-view.ts';
import { areaOf } from '../../engine/root/areas.ts';
import { expandPath } from '../../engine/root/expand.ts';
import { customProfile } from './profile.ts';
import { readCustomProfile } from './read.ts';
import { type CustomProfile, customProfileFile } from './schema.ts';

const area = { id: 'all', title: 'All', globs: ['**'] };
const smallest = { id: 'mine', title: 'Mine', areas: [area] };
const legacy = { id: 'old', title: 'Old', path: 'old' };

function viewOf(workspace: string, platform: NodeJS.Platform = process.platform) {
  return { fs, platform, env: {}, home: '/home/of-a-test', workspace, root: workspace };
}

function read(content: Tree[string], platform?: NodeJS.Platform): CustomProfile | undefined {
  using place = temporaryDirectory();
  makeTree(place.path, { [customProfileFile]: content });
  return readCustomProfile(viewOf(place.path, platform));
}

/** The error of a file that is refused. */
function refused(content: Tree[string], platform?: NodeJS.Platform): HoldfastError {
  try {
    read(content, platform);
  } catch (error) {
    assert.ok(HoldfastError.is(error, 'INVALID_CONFIG'), String(error));
    assert.equal(path.basename(error.path!), customProfileFile);
    assert.match(error.hint!, /docs\/migrations\/custom\.md/);
    assert.ok(error.message.startsWith(`${customProfileFile} cannot be used: `));
    return error;
  }
  throw new assert.AssertionError({ message: 'it was accepted' });
}

test('the smallest file gets its defaults', () => {
  assert.deepEqual(read(JSON.stringify({ ...smallest, legacy: [legacy] })), {
    ...smallest,
    root: { env: [], config: [], default: 'data/workspace' },
    areas: [{ ...area, secret: false }],
    legacy: [{ ...legacy, to: '', files: ['**'], exclude: [] }],
  });
});

test('a workspace without the file brings no profile', () => {
  using place = temporaryDirectory();
  assert.equal(readCustomProfile(viewOf(place.path)), undefined);
});

test('comments, trailing commas and a byte order mark are accepted', () => {
  const text = `\ufeff// ours\n${JSON.stringify(smallest).slice(0, -1)},\n/* the end */ }`;
  assert.equal(read(text)?.id, 'mine');
});

test('a path into the root is kept in one form', () => {
  const to = (text: string) => read(JSON.stringify({ ...smallest, legacy: [{ ...legacy, to: text }] }))?.legacy[0]?.to;
  assert.deepEqual(['', '.', './a//b/', 'a/./b'].map(to), ['', '', 'a/b', 'a/b']);
});

describe('every field that cannot be used is named', () => {
  const withLegacy = (more: object) => ({ ...smallest, legacy: [{ ...legacy, ...more }] });
  const withArea = (more: object) => ({ ...smallest, areas: [{ ...area, ...more }] });
  const withRoot = (root: unknown) => ({ ...smallest, root });
  const sessions = { files: ['*.json'], title: ['title'] };
  const broken: [string, unknown, RegExp][] = [
    ['nothing', {}, /: id is missing; title is missing; areas is missing\.$/],
    ['a list', [], /: the file must be an object\.$/],
    ['null', null, /: id is missing/],
    ['an unknown field', { ...smallest, colour: 'red' }, /: colour is not known\.$/],
    ['an unknown field inside', withArea({ glob: [] }), /: areas\[0\]\.glob is not known\.$/],
    ['an odd name', { ...smallest, 'a b\n': 1 }, /: \["a b\\n"\] is not known\.$/],
    ['an id with a space', { ...smallest, id: 'My app' }, /: id must be lower-case letters/],
    ['a number as id', { ...smallest, id: 7 }, /: id must be a text\.$/],
    ['an empty title', { ...smallest, title: '' }, /: title must not be empty\.$/],
    ['a long title', { ...smallest, title: 'x'.repeat(201) }, /: title is too long\.$/],
    ['no areas', { ...smallest, areas: [] }, /: areas must not be empty\.$/],
    ['areas that are an object', { ...smallest, areas: {} }, /: areas must be a list\.$/],
    ['an area that is a text', { ...smallest, areas: ['all'] }, /: areas\[0\] must be an object\.$/],
    ['no globs', withArea({ globs: [] }), /: areas\[0\]\.globs must not be empty\.$/],
    ['a glob that is a number', withArea({ globs: ['a', 7] }), /: areas\[0\]\.globs\[1\] must be a text\.$/],
    ['an absolute glob', withArea({ globs: ['/etc/**'] }), /: areas\[0\]\.globs\[0\] must be relative/],
    ['a glob that leads out', withArea({ globs: ['a/../../b'] }), /: areas\[0\]\.globs\[0\] must not have "\.\."/],
    ['a negated glob', withArea({ globs: ['!a'] }), /: areas\[0\]\.globs\[0\] must not begin with "!"/],
    ['secret in words', withArea({ secret: 'yes' }), /: areas\[0\]\.secret must be true or false\.$/],
    ['two areas of one id', { ...smallest, areas: [area, area] }, /: areas\[1\]\.id is there twice\.$/],
    ['the area "other"', withArea({ id: 'other' }), /: areas\[0\]\.id must not be "other"/],
    ['a root that is a text', withRoot('data'), /: root must be an object\.$/],
    ['an environment name', withRoot({ env: ['A=B'] }), /: root\.env\[0\] must be the name of an environment variable/],
    ['config without keys', withRoot({ config: [{ file: 'c.json' }] }), /: root\.config\[0\]\.keys is missing\.$/],
    [
      'config elsewhere',
      withRoot({ config: [{ file: '../c.json', keys: ['a'] }] }),
      /: root\.config\[0\]\.file must not have "\.\." as a name/,
    ],
    ['a relative container path', withRoot({ containerPath: 'app' }), /: root\.containerPath must begin with \/\.$/],
    ['an unknown variable', withRoot({ default: `$\{workspaceRoot}/data` }), /: root\.default has an unknown variable/],
    ['an empty default', withRoot({ default: '' }), /: root\.default must not be empty\.$/],
    ['legacy without a path', { ...smallest, legacy: [{ id: 'a', title: 'A' }] }, /: legacy\[0\]\.path is missing\.$/],
    ['a zero byte', withLegacy({ path: 'a\0b' }), /: legacy\[0\]\.path must not hold a zero byte\.$/],
    [
      'an unknown variable in legacy',
      withLegacy({ path: `$\{HOME}/x` }),
      /: legacy\[0\]\.path has an unknown variable/,
    ],
    ['a way out of the root', withLegacy({ to: 'a/../..' }), /: legacy\[0\]\.to must not have "\.\." as a name\.$/],
    ['an absolute target', withLegacy({ to: '/etc' }), /: legacy\[0\]\.to must not have an absolute name\.$/],
    ['a target in the vault', withLegacy({ to: './.Holdfast/x' }), /: legacy\[0\]\.to must not lead into \.holdfast/],
    ['an empty exclude', withLegacy({ exclude: [''] }), /: legacy\[0\]\.exclude\[0\] must not be empty\.$/],
    ['an absolute exclude', withLegacy({ exclude: ['C:\\x'] }), /: legacy\[0\]\.exclude\[0\] must be relative/],
    ['two places of one id', { ...smallest, legacy: [legacy, legacy] }, /: legacy\[1\]\.id is there twice\.$/],
    ['sessions without a title', { ...smallest, sessions: { files: ['*'] } }, /: sessions\.title is missing\.$/],
    [
      'a title that is a text',
      { ...smallest, sessions: { ...sessions, title: 'title' } },
      /: sessions\.title must be a list\.$/,
    ],
    [
      'sessions elsewhere',
      { ...smallest, sessions: { ...sessions, files: ['../*'] } },
      /: sessions\.files\[0\] must not have "\.\."/,
    ],
    [
      'more than five',
      { ...smallest, a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 },
      /: a is not known; .*; e is not known; and 2 more\.$/,
    ],
  ];
  for (const [what, content, message] of broken) {
    test(what, () => assert.match(refused(JSON.stringify(content)).message, message));
  }

  test('all of them are in the details, none with its value', () => {
    const error = refused(JSON.stringify({ ...smallest, id: 'CANARY SECRET', title: ['CANARY'] }));
    assert.deepEqual(
      (error.details as { fields: { field: string }[] }).fields.map(({ field }) => field),
      ['id', 'title'],
    );
    assert.doesNotMatch(JSON.stringify(error.toBody()), /CANARY/);
  });

  test('a name that only Windows refuses', () => {
    const content = JSON.stringify(withLegacy({ to: 'a/con' }));
    assert.match(refused(content, 'win32').message, /legacy\[0\]\.to must not have a name that Windows reserves/);
    assert.equal(read(content, 'linux')?.legacy[0]?.to, 'a/con');
  });
});

describe('a file that cannot be read is an error, never an absence', () => {
  const broken: [string, Tree[string], RegExp][] = [
    ['truncated', '{\n"id": "a",\n"title', /not valid JSON \(line 3: /],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), /it is not UTF-8/],
    ['not text', Buffer.from([0x7b, 0xff, 0x7d]), /it is not UTF-8/],
    ['nested deeply', '['.repeat(500_000), /it is nested too deeply|it is not valid JSON/],
    ['large', ' '.repeat(1024 * 1024 + 1), /it is larger than 1 MiB/],
    ['a directory', {}, /it is not a file/],
    ['links in a circle', link(customProfileFile), /it cannot be read \(ELOOP\)/],
  ];
  for (const [what, content, message] of broken) {
    test(what, () => assert.match(refused(content).message, message));
  }
});

test('keys that mean something to JavaScript mean nothing here', () => {
  assert.match(refused(`{"__proto__": ${JSON.stringify(smallest)}}`).message, /: id is missing/);
  assert.match(refused('{"constructor": 1, "toString": 2}').message, /constructor is not known; toString is not known/);
  assert.equal(({} as { title?: string }).title, undefined);
});

test('a workspace that is not trusted brings no profile', () => {
  using place = temporaryDirectory();
  makeTree(place.path, {
    [customProfileFile]: JSON.stringify({ ...smallest, root: { default: 'state' } }),
  });
  const trusted = testContext(place.path);
  assert.deepEqual([trusted.profile.id, path.basename(trusted.root)], ['mine', 'state']);
  const untrusted = testContext(place.path, { trusted: false });
  assert.deepEqual([untrusted.profile.id, path.basename(untrusted.root)], ['generic', 'workspace']);
  assert.throws(() => testContext(place.path, { trusted: false, profileFlag: 'mine' }), /There is no profile "mine"/);
  fs.writeFileSync(path.join(place.path, customProfileFile), '{');
  assert.throws(() => testContext(place.path), HoldfastError);
  assert.equal(testContext(place.path, { trusted: false }).profile.id, 'generic');
});

test('a name that every object has is no variable that is set', () => {
  using place = temporaryDirectory();
  const root = { env: ['toString', '__proto__'] };
  fs.writeFileSync(path.join(place.path, customProfileFile), JSON.stringify({ ...smallest, root }));
  const { resolution } = testContext(place.path);
  assert.deepEqual(
    resolution.candidates.filter(({ kind }) => kind === 'env').map(({ status }) => status),
    ['unset', 'unset', 'unset'],
  );
});

test('whatever JSON is in it, it is understood or refused by name', () => {
  using place = temporaryDirectory();
  makeTree(place.path, { old: { a: '1', b: { c: '2' } }, data: { workspace: { 'a.json': '{}' } } });
  const whole = {
    ...smallest,
    root: { env: ['A'], config: [{ file: 'c.json', keys: ['a'] }], containerPath: '/a', default: 'data/workspace' },
    legacy: [{ ...legacy, to: 'x', files: ['**'], exclude: ['b'], note: 'n' }],
    sessions: { files: ['*.json'], id: ['id'], title: ['t'], createdAt: ['c'] },
  };
  const spots = pathsOf(whole);
  const mutated = fc
    .tuple(fc.constantFrom(...spots), fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('..')))
    .map(([spot, value]) => replaced(whole, spot, value));
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    mutated.map(value => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, content => {
      fs.writeFileSync(path.join(place.path, customProfileFile), content);
      const view = { ...viewOf(place.path), root: path.join(place.path, 'data/workspace') };
      let data: CustomProfile | undefined;
      try {
        data = readCustomProfile(view);
        profileView(testContext(place.path));
      } catch (error) {
        assert.ok(HoldfastError.is(error, 'INVALID_CONFIG', 'ROOT_UNUSABLE'), String(error));
      }
      if (!data) return;
      const profile = customProfile(data);
      areaOf(profile, 'a/b');
      // Not a walk through the whole machine.
      const inside = data.legacy.every(one => {
        const at = expandPath(one.path.replaceAll(/\$\{.*?\}/gs, ''), view);
        return at.startsWith(place.path);
      });
      if (inside) profile.sessionLocations(view);
    }),
    { numRuns: 300 },
  );
});

function pathsOf(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [at, ...entries.flatMap(([key, one]) => pathsOf(one, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((one, index) => (index === key ? replaced(one, rest, by) : one));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}
