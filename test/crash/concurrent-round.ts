import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { restoreSnapshot } from '../../src/engine/snapshots/restore.ts';
import { pruneVault } from '../../src/engine/vault/prune/prune.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { testContext } from '../fixtures/ports.ts';
import { readTree } from '../fixtures/tree.ts';
import type { Found } from './history-world.ts';
import { childProgram } from './kill.ts';
import { Random } from './random.ts';

export const processes = 8;

export interface Told {
  /** What was done how often, by those who were not killed. */
  counts: Record<string, number>;
  /** Acknowledged snapshots that nobody deleted, all of which were restored in the end. */
  snapshots: number;
}

/**
 * Several processes that use one vault at once; every fourth of them is killed on the way, and another one takes its place.
 * In the end nothing is damaged, and every snapshot that one of them was told of comes back.
 */
export async function concurrentRound(workspace: string, seed: number, seconds: number): Promise<Told> {
  const random = new Random(seed);
  fs.mkdirSync(`${workspace}/data/workspace`, { recursive: true });
  const told: Told = { counts: {}, snapshots: 0 };
  const snapshots = new Map<string, { name: string; tree: Found }>();
  const begin = async (name: string, share: number, dies: boolean): Promise<void> => {
    for (const line of await runOne(workspace, name, random.below(2 ** 31), seconds * share, dies)) {
      if (line.snapshot !== undefined) snapshots.set(line.snapshot, { name, tree: line.tree! });
      if (line.deletes !== undefined) snapshots.delete(line.deletes);
      for (const [what, count] of Object.entries(line.counts ?? {}))
        told.counts[what] = (told.counts[what] ?? 0) + count;
    }
  };
  try {
    await Promise.all(
      Array.from({ length: processes }, async (_, index) => {
        if (index % 4 !== 0) return begin(`process ${index}`, 1, false);
        await begin(`process ${index}`, 0.3 + random.below(40) / 100, true);
        await begin(`successor ${index}`, 0.3, false);
      }),
    );
    const context = testContext(workspace);
    await pruneVault(context, { grace: '0' }, {});
    assert.deepEqual((await verifyVault(context, { readData: true }, {})).damaged, []);
    for (const [id, { name, tree }] of snapshots) {
      const to = `${workspace}/restored`;
      fs.rmSync(to, { recursive: true, force: true });
      const { failed } = await restoreSnapshot(context, id, { to }, {});
      assert.deepEqual(failed, []);
      assert.deepEqual(readTree(`${to}/${name}`), tree, `snapshot ${id} of ${name} comes back as it was`);
    }
  } catch (cause) {
    throw new Error(`seed ${seed}, ${seconds} seconds`, { cause });
  }
  return { ...told, snapshots: snapshots.size };
}

interface Line {
  snapshot?: string;
  tree?: Found;
  deletes?: string;
  counts?: Record<string, number>;
}

async function runOne(workspace: string, name: string, seed: number, seconds: number, dies: boolean): Promise<Line[]> {
  const args = [childProgram('concurrent-child'), workspace, name, String(seed), String(dies ? seconds * 2 : seconds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<NodeJS.Signals | number | null>(resolve =>
    child.on('close', (code, signal) => resolve(signal ?? code)),
  );
  // Nobody waits for ever: what takes long fails by itself, and what stands still is ended here.
  const timer = sleep(dies ? seconds * 1000 : seconds * 1000 + 60_000, undefined, { ref: false });
  void timer.then(() => child.kill('SIGKILL'));
  const [said, errors, how] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (how !== 0) assert.ok(dies && how === 'SIGKILL', `${name} ended with ${how}:\n${errors}`);
  // Who is killed may have said half a line.
  return said
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line));
}
