import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { code } from '../../../test/fixtures/engine.ts';
import type { RetentionPolicy } from '../../protocol/retention.ts';
import type { SnapshotReason } from '../../protocol/snapshots.ts';
import { before, parseTimeSpan } from '../time-span.ts';
import { decideRetention } from './retention.ts';

interface One {
  id: string;
  createdAt: string;
  tags: string[];
  pinned: boolean;
  reason: SnapshotReason;
}

const now = new Date('2026-11-21T12:00:00.000Z');

function one(createdAt: string, more: Partial<One> = {}): One {
  return {
    id: createdAt,
    createdAt: new Date(createdAt).toISOString(),
    tags: [],
    pinned: false,
    reason: 'manual',
    ...more,
  };
}

function kept(snapshots: One[], policy: RetentionPolicy, at = now): Record<string, string[]> {
  const decisions = decideRetention(snapshots, policy, at).filter(({ keep }) => keep);
  return Object.fromEntries(decisions.map(({ snapshot, reasons }) => [snapshot.id, reasons]));
}

test('without a rule everything is kept', () => {
  const snapshots = [one('2020-01-01'), one('2026-11-20')];
  for (const policy of [{}, { keepLast: 0 }, { keepTags: [] }])
    assert.deepEqual(Object.values(kept(snapshots, policy)).length, 2);
});

test('rules add up, and each says why', () => {
  const snapshots = [
    one('2026-11-21T11:00Z'),
    one('2026-11-21T10:00Z'),
    one('2026-11-20T23:59Z'),
    one('2026-11-20T01:00Z'),
    one('2026-11-15T23:00Z'),
    one('2026-10-31T00:00Z', { tags: ['release'] }),
    one('2025-12-29T00:00Z'),
  ];
  assert.deepEqual(kept(snapshots, { keepLast: 1, keepDaily: 2, keepTags: ['release', 'none'] }), {
    '2026-11-21T11:00Z': ['last 1', 'daily 2026-11-21'],
    '2026-11-20T23:59Z': ['daily 2026-11-20'],
    '2026-10-31T00:00Z': ['tag release'],
  });
  assert.deepEqual(kept(snapshots, { keepHourly: 3 }), {
    '2026-11-21T11:00Z': ['hourly 2026-11-21T11'],
    '2026-11-21T10:00Z': ['hourly 2026-11-21T10'],
    '2026-11-20T23:59Z': ['hourly 2026-11-20T23'],
  });
  assert.deepEqual(kept(snapshots, { keepWeekly: 9 }), {
    '2026-11-21T11:00Z': ['weekly 2026-W47'],
    '2026-11-15T23:00Z': ['weekly 2026-W46'],
    '2026-10-31T00:00Z': ['weekly 2026-W44'],
    '2025-12-29T00:00Z': ['weekly 2026-W01'],
  });
  assert.deepEqual(Object.keys(kept(snapshots, { keepMonthly: 2 })), ['2026-11-21T11:00Z', '2026-10-31T00:00Z']);
  assert.deepEqual(kept(snapshots, { keepWithin: '1d' }), {
    '2026-11-21T11:00Z': ['within 1d'],
    '2026-11-21T10:00Z': ['within 1d'],
    '2026-11-20T23:59Z': ['within 1d'],
  });
});

test('a safety snapshot is kept for a week, whatever the policy', () => {
  const safety = (createdAt: string) => one(createdAt, { reason: 'before-restore' });
  const snapshots = [one('2026-11-21'), safety('2026-11-15'), safety('2026-11-01')];
  assert.deepEqual(Object.keys(kept(snapshots, { keepLast: 1 })), ['2026-11-21', '2026-11-15']);
});

test('what something else needs is kept, and says for what', () => {
  const decisions = decideRetention(
    [one('2026-11-21'), one('2026-11-01')],
    { keepLast: 1 },
    now,
    new Map([['2026-11-01', 'to undo a migration']]),
  );
  assert.deepEqual(decisions[1]?.reasons, ['to undo a migration']);
});

test('a clock that jumps ahead or back deletes nothing, and a hundred snapshots of the future push out none', () => {
  const snapshots = [one('2026-11-21'), one('2026-11-20'), one('2026-11-19')];
  const policy = { keepWithin: '30d', keepDaily: 3 };
  for (const at of ['2036-11-21', '2026-11-21T12:00Z', '2026-11-20', '2001-01-01'])
    assert.equal(Object.keys(kept(snapshots, policy, new Date(at))).length, 3, at);
  const future = Array.from({ length: 100 }, (_, n) => one(new Date(Date.UTC(2030, 0, 1 + n)).toISOString()));
  const all = kept([...snapshots, ...future], { keepLast: 3 });
  assert.equal(Object.keys(all).length, 103);
  assert.deepEqual(all['2026-11-19'], ['last 3']);
  assert.deepEqual(all[future[0]!.id], ['its time lies in the future']);
});

test('time spans', () => {
  const since = (text: string, from = '2026-03-31T06:00:00.000Z') =>
    new Date(before(new Date(from).getTime(), parseTimeSpan(text))).toISOString();
  assert.equal(since('0'), '2026-03-31T06:00:00.000Z');
  assert.equal(since('12h'), '2026-03-30T18:00:00.000Z');
  assert.equal(since('1m'), '2026-02-28T06:00:00.000Z');
  assert.equal(since('2y1m', '2026-03-29T06:00:00.000Z'), '2024-02-29T06:00:00.000Z');
  assert.equal(since('1w2d'), '2026-03-22T06:00:00.000Z');
  for (const wrong of ['', '30', 'd', '1d2y', '-1d', '1.5d', '30 days'])
    assert.throws(() => parseTimeSpan(wrong), code('USAGE'), wrong);
});

const policies = fc.record(
  {
    keepLast: fc.nat(5),
    keepHourly: fc.nat(5),
    keepDaily: fc.nat(5),
    keepWeekly: fc.nat(5),
    keepMonthly: fc.nat(5),
    keepWithin: fc.constantFrom('1d', '2w', '3m'),
    keepTags: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const histories = fc
  .array(
    fc.record({
      hours: fc.integer({ min: -2000, max: 200 }),
      pinned: fc.boolean(),
      tags: fc.subarray(['a', 'b']),
      reason: fc.constantFrom('manual', 'before-restore', 'scheduled'),
    }),
    { maxLength: 30 },
  )
  .map(list =>
    list.map(({ hours, ...rest }, index) => ({
      id: `s${index}`,
      createdAt: new Date(now.getTime() + hours * 3_600_000).toISOString(),
      ...rest,
    })),
  ) as fc.Arbitrary<One[]>;

test('of any history under any policy', () => {
  fc.assert(
    fc.property(histories, policies, (snapshots, policy) => {
      const decisions = decideRetention(snapshots, policy, now);
      assert.deepEqual(new Set(decisions.map(({ snapshot }) => snapshot.id)), new Set(snapshots.map(({ id }) => id)));
      for (const { snapshot, keep, reasons } of decisions) {
        assert.equal(keep, reasons.length > 0);
        if (snapshot.pinned) assert.ok(reasons.includes('pinned'));
        if (snapshot.createdAt > now.toISOString()) assert.ok(keep, 'the future is kept');
      }
      const past = decisions.filter(({ snapshot }) => snapshot.createdAt <= now.toISOString());
      const last = policy.keepLast ?? 0;
      assert.ok(
        past.slice(0, last).every(({ keep }) => keep),
        'the newest',
      );

      const left = decisions.filter(({ keep }) => keep).map(({ snapshot }) => snapshot);
      assert.ok(
        decideRetention(left, policy, now).every(({ keep }) => keep),
        'done again, nothing more goes',
      );

      const withoutFuture = snapshots.filter(({ createdAt }) => createdAt <= now.toISOString());
      assert.deepEqual(decideRetention(withoutFuture, policy, now), past, 'the future changes nothing');
      assert.deepEqual(
        decideRetention([...snapshots].reverse(), policy, now),
        decisions,
        'their order does not matter',
      );
    }),
    { numRuns: 300 },
  );
});
