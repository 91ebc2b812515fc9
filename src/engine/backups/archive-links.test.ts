import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { ArchiveLinks, leadsOutside } from './archive-links.ts';

test('a link leads outside exactly when following it does', () => {
  for (const [at, target] of [
    ['a', '..'],
    ['a/b', '../../x'],
    ['a', '/etc/passwd'],
    ['a', 'C:\\x'],
    ['a', '\\x'],
    ['a', '..\\x'],
    ['a/b', 'c/../../../x'],
  ] as const) {
    assert.ok(leadsOutside(at, target), `${at} → ${target}`);
  }
  for (const [at, target] of [
    ['a', 'b'],
    ['a/b', '../x'],
    ['a/b', '..'],
    ['a', './b/../c'],
    ['a', '...'],
    ['a', '..b'],
  ] as const) {
    assert.ok(!leadsOutside(at, target), `${at} → ${target}`);
  }
  const part = fc.constantFrom('..', '.', 'a', 'b', '');
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }),
      fc.array(part),
      (place, target) => {
        const text = target.join('/');
        fc.pre(!text.startsWith('/'));
        const resolved = path.posix.normalize(`/r1/r2/r3/r4/r5/r6/r7/r8/r9/${[...place.slice(0, -1), text].join('/')}`);
        // Once outside, a text that leads back in is refused all the same.
        if (!`${resolved}/`.startsWith('/r1/r2/r3/r4/r5/r6/r7/r8/r9/')) assert.ok(leadsOutside(place.join('/'), text));
      },
    ),
  );
});

test('of links taken together, whatever the system would follow to the outside is found', () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', 'l', 'm');
  const link = fc.record({
    path: fc.constantFrom('l', 'm', 'a/l', 'a/m', 'a/b/l'),
    target: fc.array(part, { minLength: 1, maxLength: 5 }).map(parts => parts.join('/')),
  });
  fc.assert(
    fc.property(fc.uniqueArray(link, { selector: one => one.path, minLength: 1, maxLength: 5 }), links => {
      using place = temporaryDirectory();
      const base = path.join(place.path, 'base');
      fs.mkdirSync(path.join(base, 'a/b'), { recursive: true });
      for (const one of links) fs.symlinkSync(one.target, path.join(base, one.path));
      const together = new ArchiveLinks('linux', links);
      for (const one of links) {
        let real: string;
        try {
          // The other one takes `..` after a link for the directory that holds the link.
          real = fs.realpathSync.native(path.join(base, one.path));
        } catch {
          continue;
        }
        if (real !== base && !real.startsWith(`${base}/`)) assert.ok(together.leadOutside(one.path, one.target));
      }
    }),
    { numRuns: 150 },
  );
});

test('links that lead to each other, or have no end, are seen to in no time', () => {
  const circle = new ArchiveLinks('linux', [
    { path: 'l', target: 'm' },
    { path: 'm', target: 'l' },
  ]);
  assert.equal(circle.leadOutside('l', 'm'), false);
  const doubling = Array.from({ length: 30 }, (_, at) => ({ path: `l${at}`, target: `l${at + 1}/../l${at + 1}` }));
  assert.equal(new ArchiveLinks('linux', doubling).leadOutside('x', 'l0'), false);
  assert.equal(new ArchiveLinks('linux', []).leadOutside('x', 'a/../'.repeat(100_000)), true);
  // Where names are compared without case, this is the same link.
  const links = new ArchiveLinks('linux', [{ path: 'a/UP', target: '..' }]);
  assert.equal(links.leadOutside('out', 'a/up/../x'), true);
});
