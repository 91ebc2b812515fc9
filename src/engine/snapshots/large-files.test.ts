import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import { filesChangedWhileRead } from '../../../test/fixtures/changing-files.ts';
import { code, type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { nodeThreads } from '../../node-threads.ts';
import type { Threads } from '../ports.ts';
import { readSnapshotFile } from './files.ts';

const megabyte = 1024 * 1024;
const ready = { isReady: true, getReady: () => {} };

/** Pieces that compress, that do not, that are there twice, and one that is not full. */
function manyPieces(): Buffer {
  const noise = randomBytes(3 * megabyte);
  const text = Buffer.alloc(4 * megabyte + 17, 'the same line again\n');
  return Buffer.concat([noise, text, noise, Buffer.from('the end')]);
}

async function isInSnapshot({ context, root }: Place, path: string): Promise<void> {
  assert.ok((await readSnapshotFile(context, 'latest', path)).equals(fs.readFileSync(`${root}/${path}`)));
}

test('a large file is the same whichever thread packs its pieces', async () => {
  using place = placeWith({
    large: manyPieces(),
    'two-pieces': randomBytes(megabyte + 1),
    'one-piece': randomBytes(megabyte),
  });
  const real = nodeThreads()!;
  let asked = 0;
  const counted: Threads = {
    ...ready,
    count: 1,
    run: (...job) => {
      asked++;
      return real.run(...job);
    },
  };
  const seen = [];
  for (const threads of [undefined, counted]) {
    fs.rmSync(`${place.root}/.holdfast`, { recursive: true, force: true });
    const { tree, newBytes, skipped } = await place.snapshot(place.open(threads ? { threads } : {}));
    seen.push({ tree, newBytes, skipped });
    for (const path of ['large', 'two-pieces', 'one-piece']) await isInSnapshot(place, path);
  }
  assert.ok(asked > 3, 'another thread took part');
  assert.deepEqual(seen[1], seen[0]);
  fs.appendFileSync(`${place.root}/large`, 'x');
  const more = await place.snapshot(place.open({ threads: counted }));
  assert.ok(more.newBytes < megabyte, 'only the last piece is new');
  await isInSnapshot(place, 'large');
});

test('a thread that fails with a piece ends the snapshot, and nothing is left', async () => {
  using place = placeWith({ large: manyPieces() });
  const before = fs.readdirSync(place.root);
  const threads: Threads = { ...ready, count: 1, run: () => Promise.reject(new Error('this thread ended')) };
  await assert.rejects(place.snapshot(place.open({ threads })), /this thread ended/);
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/packs`), []);
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/tmp`), []);
  assert.deepEqual(fs.readdirSync(place.root), [...before, '.holdfast'].sort());
  await place.snapshot();
  await isInSnapshot(place, 'large');
});

test('a large file that becomes short, or empty, or other bytes while it is read is read again', async () => {
  for (const change of [
    (file: string) => fs.truncateSync(file, 0),
    (file: string) => fs.truncateSync(file, megabyte),
    (file: string) => fs.writeFileSync(file, randomBytes(5 * megabyte)),
  ]) {
    using place = placeWith({ large: manyPieces() });
    const victim = `${place.root}/large`;
    const files = filesChangedWhileRead(victim, 1, () => change(victim));
    const { skipped } = await place.snapshot(place.open({ fs: files, threads: nodeThreads() }));
    assert.deepEqual(skipped, []);
    await isInSnapshot(place, 'large');
  }
});

test('a snapshot of a large file is cancelled between two pieces', async () => {
  using place = placeWith({ large: manyPieces() });
  const { createSnapshot } = await import('./create.ts');
  const controller = new AbortController();
  const victim = `${place.root}/large`;
  const files = filesChangedWhileRead(victim, 1, () => controller.abort());
  const context = place.open({ fs: files, threads: nodeThreads() });
  await assert.rejects(createSnapshot(context, {}, { signal: controller.signal }), code('CANCELLED'));
  assert.deepEqual(fs.readdirSync(`${place.root}/.holdfast/tmp`), []);
});
