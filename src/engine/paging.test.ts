import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from './errors.ts';
import { page } from './paging.ts';

interface Item {
  id: string;
  title: string;
  createdAt: string;
  bytes: number;
  tags: string[];
}

const options = {
  sorts: {
    createdAt: (item: Item) => item.createdAt,
    title: (item: Item) => item.title,
    bytes: (item: Item) => item.bytes,
  },
  defaultSort: 'createdAt',
  text: (item: Item) => item.title,
  tags: (item: Item) => item.tags,
};

const items: Item[] = ['c', 'a', 'b', 'd'].map((id, index) => ({
  id,
  title: `Title ${id}`,
  createdAt: `2026-01-0${index + 1}T00:00:00.000Z`,
  bytes: id === 'a' ? 1 : 7,
  tags: id === 'b' ? ['release'] : [],
}));
const ids = (listing: { items: Item[] }) => listing.items.map(item => item.id).join('');

test('newest first without a sort, ascending with one, descending when asked', () => {
  assert.equal(ids(page(items, {}, options)), 'dbac');
  assert.equal(ids(page(items, { desc: false }, options)), 'cabd');
  assert.equal(ids(page(items, { sort: 'createdAt' }, options)), 'cabd');
  assert.equal(ids(page(items, { sort: 'title' }, options)), 'abcd');
  assert.equal(ids(page(items, { sort: 'bytes', desc: true }, options)), 'dcba');
});

test('filters by text without regard to case, and by tag', () => {
  assert.equal(ids(page(items, { filter: 'TITLE A' }, options)), 'a');
  assert.equal(ids(page(items, { tag: 'release' }, options)), 'b');
  assert.deepEqual(page(items, { filter: 'nothing' }, options), { items: [], nextCursor: null, total: 0 });
});

test('a record deleted between two pages does not move the next page', () => {
  const first = page(items, { limit: 2 }, options);
  const remaining = items.filter(item => item.id !== 'b');
  assert.equal(ids(page(remaining, { limit: 2, cursor: first.nextCursor! }, options)), 'ac');
});

test('what is not a sort or a cursor is wrong usage', () => {
  const usage = (error: unknown) => HoldfastError.is(error, 'USAGE');
  assert.throws(() => page(items, { sort: 'colour' }, options), usage);
  assert.throws(() => page(items, { sort: 'toString' }, options), usage);
  for (const cursor of ['', 'x', Buffer.from('[1]').toString('base64url'), Buffer.from('{}').toString('base64url')]) {
    assert.throws(() => page(items, { cursor }, options), usage);
  }
});

test('a cursor is only for the order that it was made in', () => {
  const { nextCursor: cursor } = page(items, { limit: 2, sort: 'title' }, options);
  assert.ok(cursor);
  assert.equal(ids(page(items, { limit: 2, sort: 'title', cursor }, options)), 'cd');
  for (const query of [{}, { sort: 'bytes' }, { sort: 'title', desc: true }])
    assert.throws(() => page(items, { ...query, cursor }, options), /in another order/);
});

test('the pages together are the whole listing, once each, in order', () => {
  const record: fc.Arbitrary<Item> = fc.record({
    id: fc.uuid(),
    title: fc.string({ maxLength: 3 }),
    createdAt: fc.constantFrom<string>('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    bytes: fc.nat(3),
    tags: fc.constant<string[]>([]),
  });
  const records = fc.uniqueArray(record, { selector: item => item.id, maxLength: 30 });
  const sort = fc.constantFrom(undefined, 'title', 'bytes', 'createdAt');
  fc.assert(
    fc.property(
      records,
      fc.integer({ min: 1, max: 7 }),
      sort,
      fc.option(fc.boolean(), { nil: undefined }),
      (list, limit, by, desc) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const next = page(list, { limit, sort: by, desc, cursor }, options);
          assert.equal(next.total, list.length);
          assert.ok(next.items.length <= limit);
          seen.push(...next.items.map(item => item.id));
          assert.ok(seen.length <= list.length, 'a record came twice');
          cursor = next.nextCursor ?? undefined;
        } while (cursor !== undefined);
        const whole = page(list, { limit: 100, sort: by, desc }, options).items.map(item => item.id);
        assert.deepEqual(seen, whole);
        assert.equal(new Set(seen).size, list.length);
      },
    ),
  );
});
