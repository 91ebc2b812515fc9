import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LogList } from '../../src/protocol/log.ts';
import { Deleted, SnapshotList, SnapshotResult } from '../../src/protocol/snapshots.ts';
import { rootedWorkspace } from './workspace.ts';

const damage = (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"tags"', '"tagz"'));

test('a snapshot whose record is damaged or lost is given up by its whole id; then verify and prune go on', t => {
  const { done, run, root } = rootedWorkspace(t);
  const vault = path.join(root, '.holdfast');
  const create = () => done('snapshot', 'create', '--json').json(SnapshotResult).snapshot.id;
  const [whole, broken, lost, relabelled, trashed] = [create(), create(), create(), create(), create()];
  done('snapshot', 'edit', relabelled, '--tag', 'x');
  done('snapshot', 'delete', trashed);
  damage(path.join(vault, 'snapshots', `${broken}.json`));
  rmSync(path.join(vault, 'snapshots', `${lost}.json`));
  damage(path.join(vault, 'labels', `${relabelled}.json`));
  damage(path.join(vault, 'trash', `${trashed}.json`));
  assert.equal(run('vault', 'verify').status, 5);
  assert.equal(run('vault', 'prune').status, 5);
  assert.match(run('vault', 'verify').stdout, new RegExp(`holdfast snapshot delete ${broken}`));

  assert.equal(run('snapshot', 'delete', broken.slice(0, 8)).status, 5, 'what is given up is not guessed');
  assert.equal(run('snapshot', 'delete', 'a'.repeat(20)).status, 1);
  const { deleted, givenUp } = done('snapshot', 'delete', broken, lost, relabelled, trashed, '--json').json(Deleted);
  assert.deepEqual(deleted, [broken, lost, relabelled, trashed]);
  assert.deepEqual(givenUp, [broken, lost, trashed]);
  assert.ok(existsSync(path.join(vault, 'quarantine', `snapshots-${broken}.json`)));
  const [entry] = done('log', '--filter', broken, '--json').json(LogList).entries;
  assert.equal(entry?.action, 'snapshot.delete');

  done('vault', 'verify');
  done('vault', 'prune');
  assert.deepEqual(
    done('snapshot', 'list', '--json')
      .json(SnapshotList)
      .snapshots.map(({ id }) => id),
    [whole],
  );
  done('snapshot', 'undelete', relabelled);
});
