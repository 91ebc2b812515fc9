import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeWith } from '../../../test/fixtures/engine.ts';
import { file, link, makeTree, type Tree } from '../../../test/fixtures/tree.ts';
import { restoreSnapshot } from './restore.ts';

const posix = { skip: process.platform === 'win32' };

test('any tree becomes any other', posix, async () => {
  const leaf = fc.constantFrom<Tree[string]>('one', 'two', '', link('a'), link('..'), file('x', { mode: 0o600 }));
  const { tree } = fc.letrec<{ tree: Tree; node: Tree[string] }>(tie => ({
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ä', ' '), tie('node'), { maxKeys: 4, noNullPrototype: true }),
  }));
  await fc.assert(
    fc.asyncProperty(tree, tree, async (one, other) => {
      using place = placeWith(one);
      const { id } = await place.snapshot();
      const before = place.tree();
      for (const name of fs.readdirSync(place.root)) {
        if (name !== '.holdfast') fs.rmSync(`${place.root}/${name}`, { recursive: true, force: true });
      }
      makeTree(place.root, other);
      const broken = place.tree();
      const { failed, safetySnapshot } = await restoreSnapshot(place.context, id, { deleteExtra: true }, {});
      assert.deepEqual(failed, []);
      assert.deepEqual(place.tree(), before);
      if (!safetySnapshot) return;
      await restoreSnapshot(place.context, safetySnapshot, { deleteExtra: true }, {});
      assert.deepEqual(place.tree(), broken);
    }),
    { numRuns: 60 },
  );
});
