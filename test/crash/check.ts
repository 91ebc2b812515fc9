import assert from 'node:assert/strict';
import fs from 'node:fs';
import { asHoldfastError, HoldfastError } from '../../src/engine/errors.ts';
import { applyMigration } from '../../src/engine/migrations/apply.ts';
import { listMigrations } from '../../src/engine/migrations/list.ts';
import { undoMigration } from '../../src/engine/migrations/undo.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { readTree } from '../fixtures/tree.ts';
import type { World } from './world.ts';

/** After whatever happened to the operation: the next commands work by themselves, and nothing acknowledged is lost. */
export async function checkWorld(world: World): Promise<void> {
  const context = world.context();
  await createSnapshot(context, { title: 'after the crash' }, {});
  const elsewhere = world.operation === 'snapshot restore elsewhere';
  if (!elsewhere) assertBeforeOrAfter(world);
  const verified = await verifyVault(context, { readData: true }, {});
  assert.deepEqual(verified.damaged, []);
  for (const [number, { id, tree }] of world.snapshots.entries()) {
    const to = `${world.base}/check-${number}`;
    const { failed } = await restoreSnapshot(context, id, { to }, {});
    assert.deepEqual(failed, []);
    assert.deepEqual(readTree(to), tree, `snapshot ${number} comes back as it was`);
  }
  await runAgain(world);
  assert.deepEqual(world.tree(), world.after, 'done again, it is done');
  if (world.operation === 'migrate apply') await undoTheLatest(world);
  assert.deepEqual(leftovers(world), []);
}

export function assertBeforeOrAfter(world: World): void {
  const now = JSON.stringify(world.tree());
  if (now === JSON.stringify(world.before) || now === JSON.stringify(world.after)) return;
  // For the message: what is neither.
  assert.deepEqual(world.tree(), world.before, 'the tree is neither as before nor as after');
}

async function runAgain(world: World): Promise<void> {
  try {
    await world.run(world.context());
  } catch (error) {
    const undone = world.operation === 'migrate undo' && HoldfastError.is(error, 'CONFLICT');
    if (!undone) throw asHoldfastError(error);
  }
}

async function undoTheLatest(world: World): Promise<void> {
  const context = world.context();
  const migrations = listMigrations(context);
  assert.deepEqual(
    migrations.map(({ status }) => status),
    ['completed'],
  );
  await undoMigration(context, migrations[0]!.id, {});
  assert.deepEqual(world.tree(), world.before, 'undone, it is as before');
  await applyMigration(context, { from: [`${world.base}/old`], onConflict: 'keep-source' }, {});
}

/** Locks, temporary files and half-made things, except in the `tmp` of the vault, where prune sees to them. */
export function leftovers({ base, root, backups, elsewhere }: World): string[] {
  const vault = `${root}/.holdfast`;
  const below = (directory: string) => fs.readdirSync(directory).map(name => `${directory}/${name}`);
  const archives = fs.readdirSync(backups).filter(name => !/^holdfast-.*\.tar\.gz(\.json)?$/.test(name));
  const halves = fs
    .readdirSync(backups)
    .filter(name => !fs.existsSync(`${backups}/${name.endsWith('.json') ? name.slice(0, -5) : `${name}.json`}`));
  // Not by the recursive listing of Node, which follows links: one that leads to its own directory never ends there.
  const unfinished = Object.keys(readTree(base)).filter(
    name => name.endsWith('.holdfast-tmp') && !name.includes('.holdfast/tmp/'),
  );
  const homes = [elsewhere, base].map(place => `${place}/.holdfast-restore`).filter(place => fs.existsSync(place));
  return [...below(`${vault}/placement`), ...below(`${vault}/locks`), ...archives, ...halves, ...unfinished, ...homes];
}
