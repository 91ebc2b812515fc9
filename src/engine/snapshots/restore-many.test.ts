import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { code, flipBit, placeWith } from '../../../test/fixtures/engine.ts';
import { file, link, readTree, type Tree } from '../../../test/fixtures/tree.ts';
import { nodePorts } from '../../node-ports.ts';
import type { Threads } from '../ports.ts';
import { restoreSnapshot } from './restore.ts';

// Enough files for other threads to take part, in some twenty blocks.
const content = randomBytes(5_000_000);
const shared = 'the same in two files';
const modes = [0o644, 0o600, 0o400, 0o777, 0o666, 0o1644];
const groups = Array.from({ length: 50 }, (_, group): [string, Tree] => [
  `group-${group}`,
  Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => {
      const number = group * 50 + at;
      const mtime = new Date('1969-06-01').getTime() + number * 864_000_123;
      return [
        `file-${at}`,
        file(content.subarray(number * 1999, number * 1999 + 1000 + number), { mode: modes[number % 6]!, mtime }),
      ];
    }),
  ),
]);
const place = placeWith({
  ...Object.fromEntries(groups),
  mixed: {
    empty: '',
    one: shared,
    other: shared,
    'b\udc80d': 'x',
    huge: Buffer.alloc(2_500_000, 'huge'),
    to: link('one'),
  },
});
after(() => place[Symbol.dispose]());
const { id } = await place.snapshot();

/** The real threads, counted. */
function counted(): { threads: Threads; asked: number } {
  const threads = nodePorts().threads!;
  const counting = {
    asked: 0,
    threads: {
      count: threads.count,
      isReady: true,
      getReady: () => threads.getReady(),
      run: (...given: Parameters<Threads['run']>) => {
        counting.asked++;
        return threads.run(...given);
      },
    },
  };
  return counting;
}

const posix = { skip: process.platform === 'win32' };

test('thousands of files come back as they were, written by several threads', posix, async () => {
  const counting = counted();
  const to = `${place.path}/whole`;
  const result = await restoreSnapshot(place.open({ threads: counting.threads }), id, { to }, {});
  assert.ok(counting.asked > 1, 'other threads took part');
  assert.deepEqual([result.failed, result.restored, result.verified], [[], 2506, 2506]);
  const times = { directoryTimes: true, linkTimes: true };
  assert.deepEqual(readTree(to, times), readTree(place.root, { except: ['.holdfast'], ...times }));
});

test('a damaged block costs the files in it, and each of them is told', posix, async () => {
  const packs = `${place.root}/.holdfast/packs`;
  const largest = fs
    .readdirSync(packs)
    .map(name => `${packs}/${name}`)
    .toSorted((one, other) => fs.statSync(other).size - fs.statSync(one).size)[0]!;
  const middle = Math.floor(fs.statSync(largest).size / 2);
  flipBit(largest, middle);
  const counting = counted();
  const to = `${place.path}/damaged`;
  const { failed, restored } = await restoreSnapshot(place.open({ threads: counting.threads }), id, { to }, {});
  flipBit(largest, middle);
  assert.ok(counting.asked > 1, 'other threads took part');
  assert.ok(failed.length > 0 && failed.length < 500, `${failed.length} files`);
  for (const { reason } of failed) assert.match(reason, /damaged|decompressed/);
  const lost = new Set(failed.map(({ path }) => path));
  const rest = Object.entries(place.tree()).filter(([path]) => !lost.has(path));
  assert.deepEqual(readTree(to), Object.fromEntries(rest));
  assert.equal(restored + failed.length, 2506);
});

test('cancelled while several threads write, nothing is left and nobody writes any more', posix, async () => {
  const to = `${place.path}/cancelled`;
  const before = fs.readdirSync(place.path);
  for (const most of [0, 300, 1500]) {
    const controller = new AbortController();
    const counting = counted();
    const work = {
      signal: controller.signal,
      progress: ({ phase, done }: { phase: string; done: number }) => {
        if (phase === 'Writing' && done > most) controller.abort();
      },
    };
    await assert.rejects(
      restoreSnapshot(place.open({ threads: counting.threads }), id, { to }, work),
      code('CANCELLED'),
    );
    assert.ok(counting.asked > 0, 'other threads took part');
    assert.deepEqual(fs.readdirSync(place.path), before);
  }
});

test(
  'large files come back through other threads; one that is damaged is told, and the rest comes',
  posix,
  async () => {
    using large = placeWith({ good: randomBytes(36_500_000), bad: randomBytes(2_000_000), small: 'x' });
    const { id } = await large.snapshot();
    const restore = async (to: string) => {
      const counting = counted();
      const result = await restoreSnapshot(large.open({ threads: counting.threads }), id, { to }, {});
      assert.ok(counting.asked > 10, 'other threads took part');
      return result;
    };
    const whole = `${large.path}/whole`;
    assert.deepEqual((await restore(whole)).failed, []);
    assert.deepEqual(readTree(whole), large.tree());

    const bytes = fs.readFileSync(`${large.root}/bad`).subarray(1_500_000, 1_500_032);
    const packs = `${large.root}/.holdfast/packs`;
    const found = fs
      .readdirSync(packs)
      .map(name => ({ pack: `${packs}/${name}`, at: fs.readFileSync(`${packs}/${name}`).indexOf(bytes) }))
      .find(({ at }) => at >= 0)!;
    flipBit(found.pack, found.at);
    const part = `${large.path}/part`;
    const { failed } = await restore(part);
    assert.deepEqual(failed, [{ path: 'bad', reason: 'An object of the vault is damaged.' }]);
    const { bad: _, ...rest } = large.tree();
    assert.deepEqual(readTree(part), rest);
  },
);

test('thousands of files with the same bytes are shared out too', posix, async () => {
  using same = placeWith({ state: Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`${at}`, 'the same'])) });
  const { id } = await same.snapshot();
  const counting = counted();
  const to = `${same.path}/whole`;
  assert.deepEqual((await restoreSnapshot(same.open({ threads: counting.threads }), id, { to }, {})).failed, []);
  assert.ok(counting.asked > 1, 'more than one message with files');
  assert.deepEqual(readTree(to), same.tree());
});
