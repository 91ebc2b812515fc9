import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { mortalPorts } from '../../../test/crash/mortal-ports.ts';
import { type Place, placeWith } from '../../../test/fixtures/engine.ts';
import { file, makeTree, readTree, type Tree } from '../../../test/fixtures/tree.ts';
import type { ApplyMigration } from '../../protocol/migrations.ts';
import { applyMigration } from './apply.ts';
import { cleanupMigration } from './cleanup.ts';
import { listMigrations } from './list.ts';
import { undoMigration } from './undo.ts';

const posix = { skip: process.platform === 'win32' };

function placeWithLegacy(root: Tree, legacy: Tree): Place & { old: string } {
  const place = placeWith(root);
  const old = makeTree(`${place.path}/old`, legacy, { mtime: '2023-03-04T05:06:07.891Z' });
  return Object.assign(place, { old });
}

const everything = (directory: string) => readTree(directory, { directoryTimes: true, linkTimes: true });

for (const whole of [true, false]) {
  const what = whole ? 'the link of a whole directory does' : 'the links of single files do';
  test(`applied again, ${what} not take the place of what it leads to`, posix, async () => {
    using place = placeWithLegacy({ a: 'root' }, { a: 'legacy', 'caf\udce9': 'x', dir: { b: 'x' } });
    if (!whole) fs.symlinkSync(`${place.root}/a`, `${place.old}/not brought over`);
    const input: ApplyMigration = { from: [place.old], onConflict: 'keep-source', after: 'link' };
    const before = everything(place.old);
    const { migrationId } = await applyMigration(place.context, input, {});
    assert.ok(fs.lstatSync(whole ? place.old : `${place.old}/a`).isSymbolicLink());
    const migrated = place.tree();
    const again = await applyMigration(place.context, input, {});
    assert.deepEqual([again.status, again.omitted.length], ['nothing-to-do', whole ? 1 : 4]);
    assert.deepEqual(place.tree(), migrated);
    await undoMigration(place.context, migrationId!, {});
    assert.deepEqual(everything(place.old), before);
  });
}

test('whenever the linking is killed, nothing of it is migrated, and undoing leaves nothing of it', posix, async () => {
  for (let at = 1, dead = true; dead; at++) {
    using place = placeWithLegacy({}, { a: 'x' });
    // With something that stays, the directory is not linked as a whole.
    fs.symlinkSync(`${place.root}/a`, `${place.old}/not brought over`);
    const input: ApplyMigration = { from: [place.old], after: 'link' };
    const before = everything(place.old);
    const { ports, isDead } = mortalPorts({ at, when: 'after' });
    await applyMigration(place.open(ports), input, {}).catch(() => {});
    dead = isDead();
    await applyMigration(place.context, input, {});
    assert.deepEqual(Object.keys(place.tree()), ['a'], `call ${at}`);
    await undoMigration(place.context, listMigrations(place.context)[0]!.id, {});
    assert.deepEqual(everything(place.old), before, `call ${at}`);
  }
});

test(
  'what was linked or cleaned up comes back with the mode it had, also where it is more private by now',
  posix,
  async () => {
    const profile = {
      id: 'own',
      title: 'Own',
      areas: [{ id: 'keys', title: 'Keys', secret: true, globs: ['**'] }],
      legacy: [{ id: 'old', title: 'Old', path: '../old' }],
    };
    for (const after of ['link', 'keep'] as const) {
      using place = placeWithLegacy({}, { key: file('secret', { mode: 0o644 }) });
      fs.writeFileSync(`${place.path}/app/holdfast.profile.json`, JSON.stringify(profile));
      const before = everything(place.old);
      const { migrationId } = await applyMigration(place.open(), { after }, {});
      if (after === 'keep') await cleanupMigration(place.open(), migrationId!, {});
      assert.equal(fs.statSync(`${place.root}/key`).mode & 0o777, 0o600);
      await undoMigration(place.open(), migrationId!, {});
      assert.deepEqual(everything(place.old), before, after);
    }
  },
);

test('both of two files are kept where their name is as long as a name can be', posix, async () => {
  for (const name of ['x'.repeat(255), `${'é'.repeat(120)}.tar.gz`, `n.${'x'.repeat(253)}`]) {
    using place = placeWithLegacy({ [name]: 'root' }, { [name]: 'legacy' });
    const { migrationId } = await applyMigration(place.context, { from: [place.old], onConflict: 'keep-both' }, {});
    const texts = Object.keys(place.tree()).map(one => fs.readFileSync(`${place.root}/${one}`, 'utf8'));
    assert.deepEqual(texts.sort(), ['legacy', 'root']);
    await undoMigration(place.context, migrationId!, {});
    assert.deepEqual(Object.keys(place.tree()), [name]);
  }
});
