import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isWithin } from './names.ts';
import { PathSet } from './path-set.ts';

const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map(parts => parts.join('/'));

test('a set of paths answers as asking each of them would', () => {
  fc.assert(
    fc.property(fc.array(path), path, (chosen, asked) => {
      const set = new PathSet(chosen);
      assert.equal(
        set.covers(asked),
        chosen.some(one => isWithin(asked, one)),
      );
      assert.equal(
        set.leadsTo(asked),
        chosen.some(one => isWithin(one, asked)),
      );
    }),
    { numRuns: 1000 },
  );
});
