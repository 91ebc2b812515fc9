import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { parseInParts } from './parse-in-parts.ts';

const Item = z.object({ name: z.string(), inner: z.array(z.number()).min(1) });
const Body = z.object({ items: z.array(Item), names: z.array(z.string()).min(1) });

test('says the same as looking at all at once, however long the lists are', () => {
  const items = fc.integer({ min: 0, max: 3500 });
  const wrong = fc.option(fc.nat(3500), { nil: undefined });
  fc.assert(
    fc.property(items, items, items, wrong, (count, names, inner, at) => {
      const numbers = Array.from({ length: inner % 1500 }, (_, number) => number);
      const body = {
        items: Array.from({ length: count }, (_, number) => ({
          name: number === at ? 1 : 'x',
          inner: numbers,
          more: 1,
        })),
        names: Array.from({ length: names }, () => 'x'),
      };
      const all = Body.safeParse(body);
      const parts = parseInParts(Body, body);
      assert.equal(parts.success, all.success);
      assert.deepEqual(parts.data, all.data);
    }),
    { numRuns: 15 },
  );
});

test('millions of wrong items make few complaints', () => {
  const body = { items: Array.from({ length: 300_000 }, () => ({})), names: ['x'] };
  const { error } = parseInParts(Body, body);
  assert.ok(error && error.issues.length <= 2000, `${error?.issues.length}`);
});
