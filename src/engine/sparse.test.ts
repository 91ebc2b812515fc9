import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../test/fixtures/tree.ts';
import type { FileCalls } from './ports.ts';
import { writeWithHoles } from './sparse.ts';

test('bytes come out the same, in whatever pieces they are written, and zeros take no room', () => {
  using place = temporaryDirectory();
  const file = `${place.path}/file`;
  const run = fc.record({ value: fc.constantFrom(0, 0, 7), length: fc.integer({ min: 1, max: 20_000 }) });
  const pieces = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(run), pieces, (runs, lengths) => {
      const bytes = Buffer.concat(runs.map(({ value, length }) => Buffer.alloc(length, value)));
      let written = 0;
      const writeSync = (...args: [number, Uint8Array, number, number, number]) => {
        written += args[3];
        return fs.writeSync(...args);
      };
      const calls = { writeSync } as unknown as FileCalls;
      const handle = fs.openSync(file, 'w+');
      try {
        for (let at = 0, number = 0; at < bytes.length; number++) {
          const end = Math.min(bytes.length, at + lengths[number % lengths.length]!);
          writeWithHoles(calls, handle, bytes.subarray(at, end), at);
          at = end;
        }
        fs.ftruncateSync(handle, bytes.length);
      } finally {
        fs.closeSync(handle);
      }
      assert.ok(fs.readFileSync(file).equals(bytes));
      const needed = runs.reduce((sum, { value, length }) => sum + (value === 0 ? 0 : length + 2 * 4096), 0);
      assert.ok(written <= needed, `${written} bytes were written, ${needed} would do`);
    }),
    { numRuns: 200 },
  );
});
