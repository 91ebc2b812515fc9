import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { ensureVault } from '../vault/vault-record.ts';
import { collectSessions } from './collect.ts';
import { listSessions } from './list.ts';
import { encodeWords, wordsPath } from './words.ts';

const count = 250;
/** Files that were written just now are not trusted yet. */
const later = () => new Date(Date.now() + 60_000);

function withSessions(): { place: Place; ids: string[] } {
  const place = placeWith();
  ensureVault(place.context);
  const ids = Array.from({ length: count }, (_, index) => `${'a'.repeat(17)}${letters(index)}`);
  for (const [index, id] of ids.entries()) write(place, id, `Session ${index}`);
  return { place, ids };
}

function letters(index: number): string {
  return [...index.toString(8).padStart(3, '0')].map(digit => 'abcdefgh'[Number(digit)]).join('');
}

function write(place: Place, id: string, title: string): void {
  const content = path.join(place.root, 'sessions', id, 'content');
  fs.mkdirSync(content, { recursive: true });
  const words = { id, title, description: '', owner: 'o', template: null, createdAt: '2026-01-01T00:00:00.000Z' };
  fs.writeFileSync(wordsPath(place.context, id), encodeWords(place.context, words));
  fs.writeFileSync(path.join(content, 'content.json'), title);
}

/** Collects the sessions, and tells which files in them were read. */
function read(place: Place): { files: string[]; titles: Map<string, string> } {
  const files: string[] = [];
  const counted = new Proxy(fs, {
    get(target, name: keyof typeof fs) {
      const real = target[name];
      if (name !== 'readFileSync' && name !== 'openSync' && name !== 'readdirSync') return real;
      return (...args: never[]) => {
        const inside = path.relative(`${place.root}/sessions`, String(args[0]));
        if (inside !== '' && !inside.startsWith('..')) files.push(inside);
        return (real as (...all: never[]) => unknown)(...args);
      };
    },
  });
  const located = collectSessions(place.open({ fs: counted, now: later }));
  return { files, titles: new Map(located.map(({ look: { facts } }) => [facts.id, facts.title])) };
}

test('a listing reads again what changed, and nothing else', async () => {
  const { place, ids } = withSessions();
  using _ = place;
  assert.equal(read(place).titles.size, count);
  assert.deepEqual(read(place).files, []);
  const [first = '', second = '', third = ''] = ids;
  write(place, first, 'Renamed');
  fs.writeFileSync(path.join(place.root, 'sessions', second, 'content', 'more'), 'x'.repeat(100));
  fs.rmSync(path.join(place.root, 'sessions', third), { recursive: true });
  const { files, titles } = read(place);
  assert.deepEqual([...new Set(files.map(file => file.split('/')[0]))], [first, second]);
  assert.deepEqual([titles.size, titles.get(first)], [count - 1, 'Renamed']);
  const { sessions } = await listSessions(place.context, { sort: 'bytes', desc: true, limit: 1 });
  assert.deepEqual(
    sessions.map(({ id, bytes }) => [id, bytes]),
    [[second, 'Session 1'.length + 100]],
  );
});

test('a cache that was cut off, or is none, is made again', () => {
  const { place } = withSessions();
  using _ = place;
  const { titles } = read(place);
  const cache = `${place.root}/.holdfast/cache/sessions`;
  const whole = fs.readFileSync(cache);
  const cut = [0, 3, 100, whole.length - 8, whole.length - 1].map(length => whole.subarray(0, length));
  const none = [Buffer.alloc(64, 0xff), Buffer.from('\x02\0\0\0[]'), Buffer.concat([whole, Buffer.alloc(8)])];
  for (const bytes of [...cut, ...none]) {
    fs.writeFileSync(cache, bytes);
    assert.deepEqual(read(place).titles, titles);
    assert.deepEqual(read(place).files, [], 'it is whole again');
  }
});
