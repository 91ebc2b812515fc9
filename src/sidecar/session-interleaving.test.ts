import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { HoldfastError } from './client.ts';
import { serveWorkspace } from './test-support.ts';

/** A small generator with a seed (mulberry32): a failing round can be run again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const seed = Number(process.env.HOLDFAST_FUZZ_SEED ?? Date.now() % 2 ** 31);
const additions = Number(process.env.HOLDFAST_FUZZ ?? 12);

test(`two clients that write what they saw lose nothing, in whatever order (seed ${seed})`, async t => {
  const { engine, client, folder } = await serveWorkspace(t);
  const { id } = await engine.createSession({ title: 'Shared' }, { bytes: Buffer.from('[]') });
  let refused = 0;

  /** Adds its own words to the list it saw last, which may be an old one. */
  async function work(name: string, random: (below: number) => number): Promise<void> {
    const own = client.in(folder);
    const look = async () => {
      const { bytes, etag } = await own.sessionContent(id);
      return { list: JSON.parse(Buffer.from(bytes).toString()) as string[], etag };
    };
    let seen = await look();
    for (let added = 0; added < additions; ) {
      for (let waits = random(4); waits > 0; waits--) await turn();
      if (random(4) === 0) await own.editSession(id, { title: `${name} ${random(100)}` });
      const list = [...seen.list, `${name} ${added}`];
      try {
        const { etag } = await own.updateSession(id, Buffer.from(JSON.stringify(list)), { etag: seen.etag });
        added++;
        // What it wrote is what it has seen; sometimes it looks all the same.
        seen = random(3) === 0 ? await look() : { list, etag };
      } catch (error) {
        if (!HoldfastError.is(error, 'VERSION_CONFLICT')) throw error;
        refused++;
        seen = await look();
      }
    }
  }

  await Promise.all([work('one', randomFrom(seed)), work('two', randomFrom(seed + 1))]);
  const list = JSON.parse(Buffer.from((await engine.sessionContent(id)).bytes).toString()) as string[];
  for (const name of ['one', 'two']) {
    const own = list.filter(entry => entry.startsWith(name));
    assert.deepEqual(
      own,
      Array.from({ length: additions }, (_, index) => `${name} ${index}`),
    );
  }
  assert.equal(list.length, 2 * additions);
  assert.ok(refused > 0, 'they never met');
  const { versions } = await engine.sessionHistory(id);
  assert.deepEqual([versions.length, versions[0]?.version], [2 * additions + 1, 2 * additions + 1]);
  for (const { version } of versions) {
    const then = JSON.parse(Buffer.from(await engine.sessionVersionContent(id, version)).toString());
    assert.deepEqual(then, list.slice(0, version - 1), 'each version adds one entry to the one before');
  }
});
