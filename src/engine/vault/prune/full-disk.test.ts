import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { file } from '../../../../test/fixtures/tree.ts';
import type { FileCalls } from '../../ports.ts';
import { deleteSnapshots } from '../../snapshots/delete.ts';
import { timedPlace } from './test-support.ts';

const block = 4096;

/** File calls on a disk without a free block: what is removed makes room, what is written takes it. */
function fullDisk(): FileCalls {
  let free = 0;
  const failing = (call: string) =>
    Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: call });
  return new Proxy(fs, {
    get(target, name: keyof typeof fs) {
      if (name === 'writeSync') {
        return (handle: number, data: Uint8Array, offset = 0, length = data.length) => {
          const wanted = Math.ceil(length / block) * block;
          if (wanted > free) throw failing(name);
          free -= wanted;
          return target.writeSync(handle, data, offset, length);
        };
      }
      if (name === 'rmSync') {
        return (path: string, options: object) => {
          const one = fs.lstatSync(path, { throwIfNoEntry: false });
          if (one?.isFile() && one.nlink === 1) free += Math.ceil(one.size / block) * block;
          target.rmSync(path, options);
        };
      }
      return target[name];
    },
  }) as FileCalls;
}

test('deleting works on a full disk, in both phases and at once', async () => {
  const large = () => file(randomBytes(300_000));
  using place = timedPlace({ old: large() });
  const first = await place.snapshot();
  fs.rmSync(`${place.root}/old`);
  place.write({ young: large() });
  const second = await place.snapshot();
  const disk = fullDisk();
  const full = () => place.open({ fs: disk });

  assert.deepEqual(await deleteSnapshots(full(), [first.id]), { deleted: [first.id] });
  assert.equal((await place.prune({}, full())).packs.marked, 1);
  place.pass(25);
  const freed = await place.prune({}, full());
  assert.deepEqual([freed.packs.deleted, freed.bytesReclaimed > 300_000], [1, true]);
  await place.assertRestores(second.id, place.tree());

  place.write({ large: large() });
  const third = await place.snapshot();
  await deleteSnapshots(full(), [third.id]);
  const atOnce = await place.prune({ grace: '0' }, full());
  assert.deepEqual([atOnce.packs.deleted, atOnce.bytesPending], [1, 0]);
  await place.assertWhole();
});

test('what cannot be rewritten for want of room is left for the next time', async () => {
  using place = timedPlace({ a: file(randomBytes(500_000)), b: file(randomBytes(100_000)) });
  const first = await place.snapshot();
  fs.rmSync(`${place.root}/a`);
  const second = await place.snapshot();
  await deleteSnapshots(place.context, [first.id]);
  const result = await place.prune({ grace: '0' }, place.open({ fs: fullDisk() }));
  assert.deepEqual([result.packs.rewritten, result.kept.length], [0, 1]);
  assert.match(result.kept[0]!.reason, /room/);
  await place.assertRestores(second.id, place.tree());
  assert.equal((await place.prune({ grace: '0' })).packs.rewritten, 1);
  await place.assertRestores(second.id, place.tree());
});
