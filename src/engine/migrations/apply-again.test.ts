import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { mortalPorts } from '../../../test/crash/mortal-ports.ts';
import { code, placeWith } from '../../../test/fixtures/engine.ts';
import { makeTree, readTree } from '../../../test/fixtures/tree.ts';
import type { ApplyMigration } from '../../protocol/migrations.ts';
import { applyMigration } from './apply.ts';
import { planMigration } from './plan.ts';
import { undoMigration } from './undo.ts';

const posix = { skip: process.platform === 'win32' };

test(
  'of two sources for one place the second never replaces the first, whose only copy is in the root by now',
  posix,
  async () => {
    for (const onConflict of ['keep-source', 'keep-both', 'keep-newer'] as const) {
      for (const older of ['', 'older ']) {
        using place = placeWith(older ? { dir: { x: 'older' } } : {});
        const [one, other] = ['one', 'other'].map(name =>
          makeTree(`${place.path}/${name}`, { dir: { x: name } }, { mtime: '2023-03-04T05:06:07.891Z' }),
        ) as [string, string];
        const input: ApplyMigration = { from: [one, other], onConflict, after: 'link' };
        const first = await applyMigration(place.context, input, {});
        assert.deepEqual(
          first.omitted.map(({ path }) => path),
          [`${other}/dir/x`],
        );
        fs.utimesSync(`${other}/dir/x`, new Date(), new Date(Date.now() + 10_000));
        const migrated = readTree(place.path, { except: ['app/data/workspace/.holdfast'] });
        const again = await applyMigration(place.context, input, {});
        assert.equal(again.status, 'nothing-to-do', `${older}${onConflict}`);
        assert.match(
          again.omitted.find(({ path }) => path === `${other}/dir/x`)!.reason,
          /(goes|went) to the same place/,
        );
        assert.deepEqual(readTree(place.path, { except: ['app/data/workspace/.holdfast'] }), migrated);
      }
    }
  },
);

test('where one source has a file and another a directory of that name, the file comes; the other is listed', async () => {
  using place = placeWith();
  const [one, other] = [
    makeTree(`${place.path}/one`, { x: { y: { z: 'inside' } }, 'x y': 'beside' }),
    makeTree(`${place.path}/other`, { x: 'file' }),
  ];
  for (const _ of ['first', 'again']) {
    const { omitted } = await applyMigration(place.context, { from: [one, other] }, {});
    assert.deepEqual(omitted, [{ path: `${one}/x/y/z`, reason: `"${other}/x" goes to where its directory would be` }]);
    assert.deepEqual(Object.keys(place.tree()), ['x', 'x y']);
    assert.equal(fs.readFileSync(`${place.root}/x`, 'utf8'), 'file');
  }
});

test('a plan that was carried out has nothing left to do, however often it is applied', async () => {
  using place = placeWith({ a: 'root' });
  const old = makeTree(`${place.path}/old`, { a: 'legacy', b: 'x', dir: { c: 'x' } });
  const { planId } = await planMigration(place.context, { from: [old] }, {});
  const input: ApplyMigration = { plan: planId, onConflict: 'keep-source' };
  const { migrationId } = await applyMigration(place.context, input, {});
  fs.writeFileSync(`${old}/later`, 'x');
  for (const dryRun of [false, true]) {
    const again = await applyMigration(place.context, { ...input, dryRun }, {});
    assert.deepEqual([again.status, again.planId, again.identical], ['nothing-to-do', planId, 3]);
  }
  await assert.rejects(applyMigration(place.context, { ...input, onConflict: 'keep-both' }, {}), code('PLAN_STALE'));
  fs.writeFileSync(`${place.root}/b`, 'edited');
  await assert.rejects(applyMigration(place.context, input, {}), code('PLAN_STALE'));
  fs.writeFileSync(`${place.root}/b`, 'x');
  await undoMigration(place.context, migrationId!, {});
  await assert.rejects(applyMigration(place.context, input, {}), code('PLAN_STALE'));
});

test('killed at any moment, the same plan applied again leaves every source a link', posix, async () => {
  for (let at = 1, dead = true; dead; at++) {
    using place = placeWith();
    const old = makeTree(`${place.path}/old`, { a: 'x', dir: { c: 'x' } });
    // With something that stays, the directory is not linked as a whole.
    fs.symlinkSync(`${place.root}/a`, `${old}/not brought over`);
    const { planId } = await planMigration(place.context, { from: [old] }, {});
    const { ports, isDead } = mortalPorts({ at, when: 'after' });
    await applyMigration(place.open(ports), { plan: planId, after: 'link' }, {}).catch(() => {});
    dead = isDead();
    await applyMigration(place.context, { plan: planId, after: 'link' }, {});
    assert.deepEqual(Object.keys(place.tree()), ['a', 'dir', 'dir/c']);
    for (const name of ['a', 'dir']) {
      assert.ok(fs.lstatSync(`${old}/${name}`).isSymbolicLink(), `${name} after call ${at}`);
    }
  }
});
