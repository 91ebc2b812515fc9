import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { file, link, makeTree, type readTree, type Tree } from '../../../test/fixtures/tree.ts';
import type { Diff } from '../../protocol/snapshots.ts';
import type { Context } from '../context.ts';
import { decodeIndex, encodeIndex, type IndexEntry, recordsOf } from '../vault/index-file.ts';
import { ObjectStore } from '../vault/object-store.ts';
import { decodeTree } from '../vault/tree.ts';
import { deleteSnapshots } from './delete.ts';
import { diffSnapshot } from './diff.ts';
import { editSnapshot } from './edit.ts';
import { listFiles, readSnapshotFile } from './files.ts';
import { listSnapshots } from './list.ts';
import { showSnapshot } from './show.ts';

const posix = { skip: process.platform === 'win32' };
const paths = ({ added, removed, modified, unchanged }: Diff) => ({
  added: added.map(({ path }) => path),
  removed: removed.map(({ path }) => path),
  modified: modified.map(({ path }) => path),
  unchanged,
});

test('against the root as it is now, and against another snapshot, the same', posix, async () => {
  using place = placeWith({
    same: 's',
    edited: 'e',
    mode: 'm',
    gone: 'g',
    kind: 'k',
    dir: { a: 'x', b: 'x' },
    to: link('a'),
  });
  const one = await place.snapshot();
  const packs = fs.readdirSync(`${place.root}/.holdfast/packs`);
  makeTree(place.root, { edited: 'E', mode: file('m', { mode: 0o600 }), dir: { c: 'x' }, fresh: { d: {} } });
  for (const name of ['gone', 'kind', 'to']) fs.rmSync(`${place.root}/${name}`);
  makeTree(place.root, { kind: { a: 'x' }, to: link('b') });
  fs.utimesSync(`${place.root}/same`, 1, 1);
  const expected = {
    added: ['dir/c', 'fresh', 'fresh/d', 'kind', 'kind/a'],
    removed: ['gone', 'kind'],
    modified: ['edited', 'mode', 'to'],
    unchanged: 3,
  };
  const now = await diffSnapshot(place.context, one.id, null, [], {});
  assert.deepEqual(paths(now), expected);
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/packs`), packs, 'comparing stores nothing');
  const two = await place.snapshot();
  assert.deepEqual(paths(await diffSnapshot(place.context, one.id, two.id, [], {})), expected);
  const back = paths(await diffSnapshot(place.context, two.id, one.id, [], {}));
  assert.deepEqual([back.added, back.removed], [expected.removed, expected.added]);
  const part = await diffSnapshot(place.context, one.id, two.id, ['dir', 'kind/a'], {});
  assert.deepEqual(paths(part), { added: ['dir/c', 'kind/a'], removed: [], modified: [], unchanged: 2 });
});

test('directories that are equal are not opened', posix, async () => {
  using place = placeWith({ a: { deep: { x: 'x' } }, b: 'x' });
  const one = await place.snapshot();
  const [pack] = fs.readdirSync(`${place.root}/.holdfast/packs`);
  fs.writeFileSync(`${place.root}/b`, 'y');
  const two = await place.snapshot();
  const index = `${place.root}/.holdfast/index/${pack?.replace('pack', 'idx')}`;
  // All that only the equal directories need is taken out of the index: opening one would fail.
  const { a } = await treesOf(place.context, one.tree);
  const entries = readIndex(fs.readFileSync(index)).filter(({ id }) => id !== a);
  fs.writeFileSync(index, encodeIndex(recordsOf(entries)));
  const diff = await diffSnapshot(place.open(), one.id, two.id, [], {});
  assert.deepEqual(paths(diff), { added: [], removed: [], modified: ['b'], unchanged: 1 });
  await assert.rejects(listFiles(place.open(), one.id), code('CORRUPT'));
});

/** The trees of the directories in a directory, by name. */
async function treesOf(context: Context, tree: string): Promise<Record<string, string>> {
  const store = new ObjectStore(context);
  try {
    return Object.fromEntries(
      decodeTree(store.get(tree)).flatMap(entry => (entry.type === 'dir' ? [[entry.name, entry.tree]] : [])),
    );
  } finally {
    await store.close();
  }
}

function readIndex(bytes: Buffer): IndexEntry[] {
  const records = decodeIndex(bytes)!;
  return Array.from({ length: records.length / 44 }, (_, number) => {
    const at = number * 44;
    const numbers = [32, 36, 40].map(offset => records.readUInt32LE(at + offset));
    return { id: records.toString('hex', at, at + 32), offset: numbers[0]!, at: numbers[1]!, length: numbers[2]! };
  });
}

test('a difference is what it takes to get from one to the other', posix, async () => {
  const leaf = fc.constantFrom('one', 'two', '', link('a'));
  const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>(tie => ({
    node: fc.oneof({ depthSize: 'small' }, leaf, tie('tree')),
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node'), { maxKeys: 3, noNullPrototype: true }),
  }));
  await fc.assert(
    fc.asyncProperty(tree, tree, async (one, other) => {
      using place = placeWith(one);
      const { id } = await place.snapshot();
      const before = place.tree();
      for (const name of fs.readdirSync(place.root)) {
        if (name !== '.holdfast') fs.rmSync(`${place.root}/${name}`, { recursive: true });
      }
      makeTree(place.root, other);
      const after = place.tree();
      const diff = paths(await diffSnapshot(place.context, id, null, [], {}));
      const kind = (path: string, tree: ReturnType<typeof readTree>) => tree[path]?.type;
      const both = Object.keys(before).filter(path => kind(path, before) === kind(path, after));
      assert.deepEqual(
        diff.added,
        Object.keys(after)
          .filter(path => !both.includes(path))
          .sort(),
      );
      assert.deepEqual(
        diff.removed,
        Object.keys(before)
          .filter(path => !both.includes(path))
          .sort(),
      );
    }),
    { numRuns: 50 },
  );
});

test('named pipes are no file to compare, and stall nothing', posix, async () => {
  using place = placeWith({ a: 'x' });
  const { id } = await place.snapshot();
  spawnSync('mkfifo', [`${place.root}/pipe`]);
  assert.deepEqual(paths(await diffSnapshot(place.context, id, null, [], {})), {
    added: [],
    removed: [],
    modified: [],
    unchanged: 1,
  });
});

test('listing, naming, labels and deleting', async () => {
  using place = placeWith({ a: { b: 'text' } });
  const one = await place.snapshot();
  const two = await place.snapshot();
  assert.equal(showSnapshot(place.context, 'latest').id, two.id);
  assert.equal(showSnapshot(place.context, one.id.slice(0, 12)).id, one.id);
  editSnapshot(place.context, one.id, { title: 'The one', pinned: true, tags: ['t'] });
  assert.equal(showSnapshot(place.context, 'The one').id, one.id);
  assert.equal(showSnapshot(place.context, one.id).tree, one.tree);
  assert.deepEqual(
    (await listFiles(place.context, one.id, 'a')).map(({ path }) => path),
    ['a', 'a/b'],
  );
  await assert.rejects(listFiles(place.context, one.id, 'none'), code('NOT_FOUND'));
  assert.equal((await readSnapshotFile(place.context, one.id, 'a/b')).toString(), 'text');
  await assert.rejects(readSnapshotFile(place.context, one.id, 'a'), code('NOT_FOUND'));
  await assert.rejects(deleteSnapshots(place.context, [two.id, one.id]), code('CONFLICT'));
  assert.equal(listSnapshots(place.context, {}).total, 2, 'all or none');
  await deleteSnapshots(place.context, [two.id]);
  assert.deepEqual(
    listSnapshots(place.context, {}).snapshots.map(({ id }) => id),
    [one.id],
  );
  assert.throws(() => showSnapshot(place.context, two.id), code('NOT_FOUND'));
});
