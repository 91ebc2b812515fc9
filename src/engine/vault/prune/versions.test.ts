import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeRecord } from '../../record.ts';
import { objectId } from '../object-id.ts';
import { storing } from '../storing.ts';
import { encodeTree } from '../tree.ts';
import { ensureVault } from '../vault-record.ts';
import { type TimedPlace, timedPlace } from './test-support.ts';
import { decideVersions } from './versions.ts';

const now = new Date('2026-11-21T12:00:00.000Z');

test('of any session under any policy the newest version stays, and what is needed', () => {
  const ages = fc.array(fc.integer({ min: -100, max: 2000 }), { minLength: 1, maxLength: 20 });
  const policies = fc.record(
    { versionsKeepLast: fc.integer({ min: 1, max: 5 }), versionsKeepWithin: fc.constantFrom('1d', '2w') },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(ages, policies, fc.uniqueArray(fc.integer({ min: 1, max: 20 })), (hours, policy, bases) => {
      const versions = hours.map((age, index) => ({
        version: index + 1,
        createdAt: new Date(now.getTime() - age * 3_600_000).toISOString(),
      }));
      const { removed, kept } = decideVersions(versions, policy, now, new Set(bases));
      assert.equal(removed.length + kept.length, versions.length);
      const left = new Set(kept.map(({ version }) => version));
      assert.ok(left.has(versions.length), 'the newest');
      for (const base of bases) assert.ok(base > versions.length || left.has(base), 'unsaved edits begin there');
      for (let n = 0; n < (policy.versionsKeepLast ?? 1); n++) assert.ok(left.has(Math.max(1, versions.length - n)));
      if (Object.keys(policy).length === 0) assert.equal(removed.length, 0);
      assert.ok(versions.every(({ version, createdAt }) => createdAt <= now.toISOString() || left.has(version)));
    }),
  );
});

test('only what a rule names goes', () => {
  const versions = [1, 2, 3, 4].map(version => ({ version, createdAt: `2026-11-0${version}T00:00:00.000Z` }));
  const left = (policy: object, needed: number[] = []) =>
    decideVersions(versions, policy, now, new Set(needed)).kept.map(({ version }) => version);
  assert.deepEqual(left({ versionsKeepLast: 2 }), [4, 3]);
  assert.deepEqual(left({ versionsKeepLast: 2 }, [1]), [4, 3, 1]);
  assert.deepEqual(left({ versionsKeepWithin: '2d' }), [4, 3, 2]);
  assert.deepEqual(left({ versionsKeepWithin: '1d', versionsKeepLast: 3 }), [4, 3, 2]);
});

/** A version as the vault has it, with content of its own. */
async function addVersion(place: TimedPlace, version: number): Promise<string> {
  ensureVault(place.context);
  const content = randomBytes(50_000);
  const entry = { name: 'a', type: 'file' as const, mode: 0o644, mtime: '0', size: content.length };
  const tree = encodeTree([{ ...entry, sha256: objectId(content) }]);
  await storing(place.context, async store => {
    await store.put('content', objectId(content), content);
    await store.put('tree', objectId(tree), tree);
    await store.flush();
  });
  const createdAt = place.context.ports.now().toISOString();
  const record = { key: 'key', location: 'a', type: 'file', version, createdAt, tree: objectId(tree) };
  const kind = { kind: 'version', version: 1, schema: undefined as never };
  const directory = `${place.root}/.holdfast/sessions/key`;
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(
    `${directory}/${String(version).padStart(12, '0')}.json`,
    encodeRecord(kind, record, place.context.ports.now()),
  );
  return objectId(content);
}

test('versions keep what they refer to; old ones go by the setting, but none that unsaved edits begin with', async () => {
  using place = timedPlace({}, { settings: { user: { retention: { versionsKeepLast: 2 } } } });
  const contents: string[] = [];
  for (let version = 1; version <= 5; version++) contents.push(await addVersion(place, version));
  const buffer = `${place.root}/.holdfast/buffers/key`;
  fs.mkdirSync(buffer, { recursive: true });
  fs.writeFileSync(`${buffer}/one.jsonl`, '{"base":2,"other":1}\n{"more":1}\n');
  const kept = () => fs.readdirSync(`${place.root}/.holdfast/sessions/key`).map(name => Number(name.slice(0, 12)));
  const has = () =>
    storing(place.context, async store => contents.flatMap((id, index) => (store.has(id) ? index + 1 : [])));

  assert.deepEqual((await place.prune({ dryRun: true })).versions, { kept: 3, removed: 2 });
  assert.deepEqual(kept(), [1, 2, 3, 4, 5]);
  const result = await place.prune({ grace: '0' });
  assert.deepEqual([result.versions, kept()], [{ kept: 3, removed: 2 }, [2, 4, 5]]);
  assert.deepEqual(await has(), [2, 4, 5]);

  fs.writeFileSync(`${buffer}/one.jsonl`, 'cut sho');
  assert.equal((await place.prune({ grace: '0' })).versions.removed, 0);
  fs.rmSync(`${buffer}/one.jsonl`);
  assert.equal((await place.prune({ grace: '0' })).versions.removed, 1);
  assert.deepEqual(await has(), [4, 5]);
});
