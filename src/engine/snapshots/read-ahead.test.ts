import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { filesChangedWhileRead } from '../../../test/fixtures/changing-files.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { filesWith } from '../../../test/fixtures/file-calls.ts';
import { link, type Tree } from '../../../test/fixtures/tree.ts';
import { nodeThreads } from '../../node-threads.ts';
import type { Threads } from '../ports.ts';
import { listFiles, readSnapshotFile } from './files.ts';
import { numbersPerFile, readFiles } from './read-files.ts';

/** Enough for other threads to take part, of all lengths that matter: empty, short, the same twice, long, and not files at all. */
function manyFiles(): Tree {
  const tree: Tree = { empty: {}, 'a link': link('group-0/file-0'), 'no file': '' };
  for (let group = 0; group < 25; group++) {
    const files: Tree = { sub: { deep: `deep ${group}` }, 'raw \udcff': `${group}`, long: `${group}`.repeat(200_000) };
    for (let number = 0; number < 100; number++)
      files[`file-${number}`] = number % 10 === 0 ? 'the same everywhere' : `${group} ${number} `.repeat(number);
    tree[`group-${group}`] = files;
  }
  return tree;
}

const ready = { isReady: true, getReady: () => {} };
const failing: Threads = { ...ready, count: 1, run: async () => Promise.reject(new Error('this thread ended')) };

test('a snapshot is the same whichever thread read the files, or none, or one that fails', async () => {
  using place = placeWith(manyFiles());
  let answered = 0;
  const real = nodeThreads()!;
  const counted: Threads = {
    ...ready,
    count: 2,
    run: async (...job) => {
      const answer = await real.run(...job);
      answered++;
      return answer;
    },
  };
  const trees = [];
  for (const threads of [undefined, counted, failing]) {
    fs.rmSync(`${place.root}/.holdfast`, { recursive: true, force: true });
    const snapshot = await place.snapshot(place.open(threads ? { threads } : {}));
    assert.deepEqual(snapshot.skipped, []);
    trees.push(snapshot.tree, snapshot.newBytes, snapshot.files);
    await everyFileIsIn(place);
  }
  assert.deepEqual(trees.slice(3), [...trees.slice(0, 3), ...trees.slice(0, 3)]);
  assert.ok(answered > 3, `${answered} batches were read elsewhere`);
});

async function everyFileIsIn({ root, context, tree }: Place): Promise<void> {
  const listed = await listFiles(context, 'latest');
  assert.deepEqual(listed.map(({ path }) => path).sort(), Object.keys(tree()).sort());
  for (const path of ['group-3/file-50', 'group-24/file-99', 'group-7/long', 'group-9/sub/deep', 'no file'])
    assert.deepEqual(await readSnapshotFile(context, 'latest', path), fs.readFileSync(`${root}/${path}`));
}

test('what the vault has is not stored again, though other files beside it are new', async () => {
  using place = placeWith(manyFiles());
  const first = await place.snapshot();
  fs.cpSync(`${place.root}/group-3`, `${place.root}/zz copy`, { recursive: true });
  fs.writeFileSync(`${place.root}/zz copy/file-5 new`, 'something new');
  // Without the cache, everything is read.
  fs.rmSync(`${place.root}/.holdfast/cache/scan`);
  const second = await place.snapshot();
  assert.equal(second.files, first.files + 104);
  const trees = second.newBytes - 'something new'.length;
  assert.ok(trees < 60_000, `${trees} bytes of directories`);
  assert.equal((await readSnapshotFile(place.context, 'latest', 'zz copy/file-5 new')).toString(), 'something new');
});

test('a small file that changes while it is read is read again, on whichever thread', async () => {
  for (const elsewhere of [false, true]) {
    using place = placeWith(manyFiles());
    const victim = `${place.root}/group-24/file-98`;
    const changing = filesChangedWhileRead(victim, 1, () => fs.writeFileSync(victim, 'written meanwhile'));
    const threads: Threads = {
      ...ready,
      count: 1,
      run: async (_, question) => readFiles(changing, question as Parameters<typeof readFiles>[1]).answer,
    };
    const snapshot = await place.snapshot(place.open({ fs: changing, ...(elsewhere ? { threads } : {}) }));
    assert.deepEqual(snapshot.skipped, []);
    assert.equal(fs.readFileSync(victim, 'utf8'), 'written meanwhile');
    assert.equal((await readSnapshotFile(place.context, 'latest', 'group-24/file-98')).toString(), 'written meanwhile');
  }
});

test('a snapshot is cancelled while files are read ahead, and leaves nothing behind', async () => {
  using place = placeWith(manyFiles());
  const { createSnapshot } = await import('./create.ts');
  const controller = new AbortController();
  const progress = () => controller.abort();
  const context = place.open({ threads: nodeThreads() });
  await assert.rejects(createSnapshot(context, {}, { signal: controller.signal, progress }), { code: 'CANCELLED' });
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/tmp`), []);
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/snapshots`), []);
});

test('on a slow disk, nobody waits for a whole batch, and all is captured', async () => {
  const names = Array.from({ length: 60 }, (_, number) => `file-${number}`).sort();
  using place = placeWith(Object.fromEntries(names.map(name => [name, name])));
  const slow = filesWith('openSync', (path: string) => {
    if (path.includes('/file-')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  });
  const { states } = readFiles(slow, {
    directories: [{ path: place.root, names: names.join('/') }],
    compress: true,
  }).answer;
  const wasRead = names.map((_, number) => states[number * numbersPerFile]);
  assert.equal(wasRead.at(0), 1);
  assert.equal(wasRead.at(-1), 0);
  const snapshot = await place.snapshot(place.open({ fs: slow }));
  assert.deepEqual([snapshot.files, snapshot.skipped], [60, []]);
});
