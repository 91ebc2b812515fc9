import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PruneVault } from '../../../protocol/retention.ts';
import { HoldfastError } from '../../errors.ts';
import { deleteSnapshots } from '../../snapshots/delete.ts';
import { listSnapshots } from '../../snapshots/list.ts';
import { undeleteSnapshot } from '../../snapshots/undelete.ts';
import { timedPlace } from './test-support.ts';

type Step =
  | { do: 'edit'; file: number; content: number }
  | { do: 'snapshot' }
  | { do: 'delete' | 'undelete'; which: number }
  | { do: 'prune'; input: PruneVault }
  | { do: 'pass'; hours: number };

const index = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('edit' as const), file: index, content: index }) },
  { weight: 4, arbitrary: fc.constant({ do: 'snapshot' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'undelete' as const), which: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('prune' as const),
      input: fc.constantFrom<PruneVault>(
        {},
        { keepLast: 2 },
        { grace: '0' },
        { keepLast: 1, grace: '0' },
        { grace: '1h' },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), hours: fc.constantFrom(1, 13, 25) }) },
);

test('after any history of snapshots, deletions and prunes every snapshot there is restores', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
      using place = timedPlace({ still: 'the same' });
      const trees = new Map<string, ReturnType<typeof place.tree>>();
      const gone: string[] = [];
      for (const one of steps) {
        const present = listSnapshots(place.context, { limit: 100 }).snapshots;
        if (one.do === 'edit') place.write({ [`file-${one.file}`]: `content ${one.content} `.repeat(20) });
        if (one.do === 'snapshot') trees.set((await place.snapshot()).id, place.tree());
        if (one.do === 'pass') place.pass(one.hours);
        if (one.do === 'delete' && present[one.which]) {
          await deleteSnapshots(place.context, [present[one.which]!.id]);
          gone.push(present[one.which]!.id);
        }
        if (one.do === 'undelete' && gone[one.which]) {
          await undeleteSnapshot(place.context, gone[one.which]!, {}).catch(error => {
            if (!HoldfastError.is(error, 'NOT_FOUND')) throw error;
          });
        }
        if (one.do === 'prune' && fs.existsSync(`${place.root}/.holdfast`)) {
          const foreseen = await place.prune({ ...one.input, dryRun: true });
          const { packs, kept } = await place.prune(one.input);
          assert.deepEqual([packs, kept], [foreseen.packs, []]);
        }
      }
      if (trees.size === 0) return;
      await place.assertWhole();
      for (const { id } of listSnapshots(place.context, { limit: 100 }).snapshots)
        await place.assertRestores(id, trees.get(id)!);
      // Nothing is left of what nobody needs.
      await place.prune({ grace: '0' });
      const again = await place.prune({ grace: '0' });
      assert.deepEqual([again.packs.marked, again.packs.deleted, again.bytesReclaimed], [0, 0, 0]);
      await place.assertWhole();
    }),
    { numRuns: 60 },
  );
});
