import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { code } from '../../../../test/fixtures/engine.ts';
import { filesWith } from '../../../../test/fixtures/file-calls.ts';
import { file, readTree } from '../../../../test/fixtures/tree.ts';
import { createSnapshot } from '../../snapshots/create.ts';
import { deleteSnapshots } from '../../snapshots/delete.ts';
import { listSnapshots } from '../../snapshots/list.ts';
import { undeleteSnapshot } from '../../snapshots/undelete.ts';
import { ObjectStore } from '../object-store.ts';
import { decodeTree } from '../tree.ts';
import { verifyVault } from '../verify.ts';
import { pruneElsewhere, timedPlace } from './test-support.ts';

const large = () => file(randomBytes(300_000), { mtime: 1_600_000_000_000 });

/** File calls of a process that stands still once, at a call of this name with such arguments, while `meanwhile` happens. */
function pausedAt(
  name: 'fsyncSync' | 'linkSync' | 'readFileSync' | 'renameSync',
  at: (...args: string[]) => boolean,
  meanwhile: () => void,
) {
  let paused = false;
  const calls = filesWith(name, (...args: string[]) => {
    if (paused || !at(...args)) return;
    paused = true;
    meanwhile();
  });
  return { fs: calls, paused: () => paused };
}

/** A root of which the only snapshot is deleted: what it holds is still in the vault, and in the root. */
async function withDeleted() {
  const place = timedPlace({ x: large(), y: large(), d: { z: 'text' } });
  const { id } = await place.snapshot();
  await deleteSnapshots(place.context, [id]);
  place.write({ new: large() });
  return { place, id };
}

// T5: the writer finds an object in the vault; prune deletes it, from start to end; the writer commits.
const moments = {
  'while it writes a pack': { call: 'fsyncSync', at: () => true },
  'when its pack is there, before its record is': {
    call: 'renameSync',
    at: (_: string, to: string) => to.includes('/packs/'),
  },
  'while its record is written': { call: 'linkSync', at: (_: string, to: string) => to.includes('/snapshots/') },
} as const;
for (const [moment, { call, at }] of Object.entries(moments)) {
  test(`a writer that stands still ${moment} while prune deletes what it found ends with a whole snapshot`, async () => {
    const { place } = await withDeleted();
    using _ = place;
    const { fs: files, paused } = pausedAt(call, at, () => pruneElsewhere(place.context, { grace: '0' }));
    const snapshot = await createSnapshot(place.open({ fs: files }), {}, {});
    assert.ok(paused());
    await place.assertRestores(snapshot.id, place.tree());
    await place.assertWhole();
    assert.equal((await place.snapshot()).newBytes, 0);
    await place.assertWhole();
  });
}

test('a writer that is killed where it stood still leaves nothing that is not whole', async () => {
  const { place } = await withDeleted();
  using _ = place;
  const killed = new Error('killed');
  for (const call of ['renameSync', 'linkSync'] as const) {
    const { fs: files } = pausedAt(
      call,
      (_, to = '') => /packs|snapshots/.test(to),
      () => {
        pruneElsewhere(place.context, { grace: '0' });
        throw killed;
      },
    );
    await assert.rejects(createSnapshot(place.open({ fs: files }), {}, {}));
    await place.assertWhole();
  }
  const { id } = await place.snapshot();
  await place.prune({ grace: '0' });
  await place.assertRestores(id, place.tree());
});

test('the word of the scan cache for what was deleted is not taken, also when prune died before it was done', async () => {
  using place = timedPlace({ x: large(), y: large() });
  while (Date.now() - fs.statSync(`${place.root}/y`).ctimeMs <= 150) await new Promise(setImmediate);
  const { id } = await place.snapshot();
  await deleteSnapshots(place.context, [id]);
  const dying = filesWith('rmSync', (path: string) => {
    if (path.includes('/packs/')) throw Object.assign(new Error('killed'), { code: 'EIO' });
  });
  await place.prune({ grace: '0' }, place.open({ fs: dying }));
  const next = await place.snapshot();
  await place.prune({ grace: '0' });
  await place.assertRestores(next.id, place.tree());
  await place.assertWhole();
});

// T4: a prune that stands still loses its role to another one, and wakes up.
test('a prune that wakes up after another one took over changes nothing any more, wherever it stood still', async () => {
  for (let pause = 1; ; pause++) {
    const { place } = await withDeleted();
    using _ = place;
    await place.snapshot();
    fs.rmSync(`${place.root}/x`);
    fs.rmSync(`${place.root}/y`);
    const kept = await place.snapshot();
    const tree = place.tree();
    const vault = `${place.root}/.holdfast`;
    let looks = 0;
    let after: ReturnType<typeof readTree> | undefined;
    const isLock = (path: string) => String(path).endsWith('/locks/delete.json') && ++looks === pause;
    const { fs: files, paused } = pausedAt('readFileSync', isLock, () => {
      // A person breaks the lock of the process that seems dead.
      fs.rmSync(`${vault}/locks/delete.json`, { force: true });
      pruneElsewhere(place.context, { grace: '0', keepLast: 1 });
      after = readTree(vault);
    });
    const ended = await place.prune({ grace: '0', keepLast: 1 }, place.open({ fs: files })).then(
      () => 'done',
      error => error.code,
    );
    if (!paused()) {
      assert.ok(pause > 4, `it looked at its lock ${pause - 1} times`);
      break;
    }
    // When it wants to remove the lock all has been done.
    if (ended !== 'done') assert.equal(ended, 'LOCKED');
    const lasting = (found: typeof after) => Object.keys(found!).filter(name => !/^(tmp|index|cache|audit)/.test(name));
    assert.deepEqual(lasting(readTree(vault)), lasting(after));
    await place.assertRestores(kept.id, tree);
    await place.assertWhole();
  }
});

test('a prune that stood still just before it marks finds its number taken', async () => {
  const { place } = await withDeleted();
  using _ = place;
  const { fs: files } = pausedAt(
    'linkSync',
    (_, to = '') => to.includes('/marks/'),
    () => {
      fs.rmSync(`${place.root}/.holdfast/locks/delete.json`);
      pruneElsewhere(place.context, { grace: '0' });
    },
  );
  await assert.rejects(place.prune({ grace: '0' }, place.open({ fs: files })), code('LOCKED'));
});

test('a snapshot that is undeleted between marking and deleting is whole, also when prune looked before', async () => {
  const { place, id } = await withDeleted();
  using _ = place;
  fs.rmSync(`${place.root}/new`);
  const tree = place.tree();
  await place.prune();
  await undeleteSnapshot(place.context, id, {});
  place.pass(25);
  assert.equal((await place.prune()).packs.deleted, 1);
  await place.assertRestores(id, tree);
  await place.assertWhole();
});

test('a reader finds what was moved since it looked', async () => {
  using place = timedPlace({ a: large(), b: large() });
  const first = await place.snapshot();
  fs.rmSync(`${place.root}/a`);
  const second = await place.snapshot();
  await deleteSnapshots(place.context, [first.id]);
  const store = new ObjectStore(place.context);
  assert.ok(store.has(second.tree));
  assert.equal((await place.prune({ grace: '0' })).packs.deleted, 1);
  const [entry] = decodeTree(store.get(second.tree));
  assert.ok(entry?.type === 'file');
  assert.deepEqual(store.get(entry.sha256), fs.readFileSync(`${place.root}/b`));
  await store.close();
});

test('verify sees no damage in what prune moves, or deletes with its snapshot, while it looks', async () => {
  const inputs = [{ grace: '0' }, { grace: '0', keepLast: 1 }];
  for (const [input, readData] of inputs.flatMap(one => [[one, false] as const, [one, true] as const])) {
    using place = timedPlace({ a: large(), b: large() });
    const { id } = await place.snapshot();
    fs.rmSync(`${place.root}/a`);
    await place.snapshot();
    place.write({ b: large(), c: large() });
    await place.snapshot();
    await deleteSnapshots(place.context, [id]);
    let paused = false;
    const files = filesWith('openSync', (path: string) => {
      if (paused || !String(path).includes('/packs/')) return;
      paused = true;
      pruneElsewhere(place.context, input);
    });
    const { damaged } = await verifyVault(place.open({ fs: files }), { readData }, {});
    assert.ok(paused);
    assert.deepEqual(damaged, [], JSON.stringify([input, readData]));
  }
});

test('two prunes at once: one is told who is at it', async () => {
  const { place } = await withDeleted();
  using _ = place;
  const first = place.prune({ grace: '0' });
  await assert.rejects(place.prune({ grace: '0' }), code('LOCKED'));
  await first;
  assert.equal(listSnapshots(place.context, {}).total, 0);
});
