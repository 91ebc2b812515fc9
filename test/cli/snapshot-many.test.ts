import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { readSnapshotFile } from '../../src/engine/snapshots/files.ts';
import { Snapshot } from '../../src/protocol/snapshots.ts';
import { testContext } from '../fixtures/ports.ts';
import { rootedWorkspace } from './workspace.ts';

const Answer = z.object({ snapshot: Snapshot });

/** So many files that other threads take part even when nothing changed, and a directory too long for one of them. */
const groups = [11_000, ...Array.from({ length: 20 }, () => 1000)];

test('tens of thousands of files: what other threads saw and read is what there is', async t => {
  const workspace = rootedWorkspace(t);
  for (const [group, count] of groups.entries()) {
    fs.mkdirSync(path.join(workspace.root, `group-${group}`));
    for (let at = 0; at < count; at++)
      fs.writeFileSync(path.join(workspace.root, `group-${group}/${at}`), `${group} ${at}`);
  }
  await pause(150);
  const take = () => workspace.done('snapshot', 'create', '--json').json(Answer).snapshot;
  const first = take();
  assert.equal(first.files, 31_003);
  const unchanged = take();
  assert.deepEqual([unchanged.tree, unchanged.newBytes], [first.tree, 0]);

  // Of the same length and time: only what cannot be set tells it from the one before.
  const victim = path.join(workspace.root, 'group-17/500');
  const { atime, mtime } = fs.statSync(victim);
  fs.writeFileSync(victim, '71 500');
  fs.utimesSync(victim, atime, mtime);
  await pause(150);
  const changed = take();
  const content = await readSnapshotFile(testContext(workspace.folder), changed.id, 'group-17/500');
  assert.equal(content.toString(), '71 500');

  // Without any other thread, and without knowing anything, the same comes out.
  fs.rmSync(path.join(workspace.root, '.holdfast/cache/scan'));
  const alone = await createSnapshot(testContext(workspace.folder), {}, {});
  assert.deepEqual([alone.tree, alone.newBytes], [changed.tree, 0]);
});
