import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryDirectory } from '../../../test/fixtures/tree.ts';
import { isLater, isSameTime, systemTime } from './system-time.ts';

test('a time given to the system comes back right to the microsecond, before 1970 and after 2038 too', () => {
  using place = temporaryDirectory();
  const file = `${place.path}/file`;
  fs.writeFileSync(file, '');
  const edge = fc
    .tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.nat(999), fc.integer({ min: -200, max: 200 }))
    .map(
      ([seconds, milliseconds, off]) => BigInt(seconds) * 10n ** 9n + BigInt(milliseconds) * 1_000_000n + BigInt(off),
    );
  fc.assert(
    fc.property(fc.oneof(edge, fc.bigInt(-(10n ** 18n), 4n * 10n ** 18n)), nanoseconds => {
      const time = systemTime(String(nanoseconds));
      fs.utimesSync(file, time, time);
      const { mtimeNs } = fs.statSync(file, { bigint: true });
      const floor = (value: bigint, unit: bigint) => (value - (((value % unit) + unit) % unit)) / unit;
      assert.equal(floor(mtimeNs, 1000n), floor(nanoseconds, 1000n), `${nanoseconds} became ${mtimeNs}`);
      assert.ok(isSameTime(mtimeNs, nanoseconds) && !isLater(nanoseconds, mtimeNs));
      assert.ok(!isSameTime(mtimeNs, nanoseconds + 2001n) && isLater(nanoseconds + 2001n, mtimeNs));
    }),
    { numRuns: 2000 },
  );
});
