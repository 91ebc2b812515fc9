import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diff } from '../../protocol/snapshots.ts';
import { Pace } from '../pace.ts';
import { objectId } from '../vault/object-id.ts';
import { encodeTree, type TreeEntry } from '../vault/tree.ts';
import { compareTrees } from './compare-trees.ts';

test('a directory with more files than a call takes arguments comes and goes', async () => {
  const objects = new Map<string, Buffer>();
  const put = (entries: TreeEntry[]) => {
    const bytes = encodeTree(entries);
    objects.set(objectId(bytes), bytes);
    return objectId(bytes);
  };
  const count = 150_000;
  const common = { mode: 0o644, mtime: '0' };
  const links = Array.from({ length: count }, (_, number): TreeEntry => {
    return { name: String(number).padStart(6, '0'), type: 'link', ...common, target: 'x' };
  });
  const many = put([{ name: 'd', type: 'dir', ...common, tree: put(links), files: 0, bytes: 0 }]);
  const none = put([]);
  const compared = async (before: string, after: string) => {
    const diff: Pick<Diff, 'added' | 'removed' | 'modified' | 'unchanged'> = {
      added: [],
      removed: [],
      modified: [],
      unchanged: 0,
    };
    await compareTrees({ get: id => objects.get(id)! }, before, after, [], diff, new Pace({}));
    return [diff.added.length, diff.removed.length];
  };
  assert.deepEqual(await compared(none, many), [count + 1, 0]);
  assert.deepEqual(await compared(many, none), [0, count + 1]);
});
