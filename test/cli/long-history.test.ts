import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { SnapshotList } from '../../src/protocol/snapshots.ts';
import { VerifyVault } from '../../src/protocol/vault.ts';
import { addHistory } from '../fixtures/long-history.ts';
import { testContext } from '../fixtures/ports.ts';
import { measuredRuns } from './measured.ts';
import { newWorkspace } from './workspace.ts';

const count = 5000;
/** Each command takes 80 MB before it reads anything. What keeps all of a record, or makes much of it, takes half as much again. */
const mostMegabytes = { list: 130, verify: 200, prune: 200 };

test('with thousands of snapshots, what goes through all of them takes little memory', {
  timeout: 120_000,
}, async t => {
  const workspace = newWorkspace(t);
  const names = Array.from({ length: 50 }, (_, number) => number);
  workspace.write(
    Object.fromEntries(
      names.flatMap(file => names.slice(0, 10).map(group => [`data/workspace/${group}/${file}`, `${group} ${file}`])),
    ),
  );
  // Nothing here is about power cuts.
  const unflushed = { ...fs, fsyncSync: () => {} };
  await addHistory(testContext(workspace.folder, { fs: unflushed }), count);

  const list = measuredRuns(workspace, mostMegabytes.list)(['snapshot', 'list', '--json'], [0]);
  assert.equal(list.json(SnapshotList).total, count + 1);
  const verify = measuredRuns(workspace, mostMegabytes.verify);
  assert.equal(verify(['vault', 'verify', '--json'], [0]).json(VerifyVault).ok, true);
  const prune = measuredRuns(workspace, mostMegabytes.prune);
  const { stdout } = prune(['vault', 'prune', '--keep-last', '5', '--dry-run'], [0]);
  assert.match(stdout, new RegExp(`Would delete ${(count - 4).toLocaleString('en')} snapshots`));
});
