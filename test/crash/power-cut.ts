import assert from 'node:assert/strict';
import type { Ports } from '../../src/engine/ports.ts';
import { listSnapshots } from '../../src/engine/snapshots/list.ts';
import { checkWorld } from './check.ts';
import { watchedPorts } from './faulty-files.ts';
import { Random } from './random.ts';
import { type Cut, cuts, Unflushed } from './unflushed.ts';
import type { World } from './world.ts';

/** Something that must survive a power cut at any moment. */
export interface Powered {
  name: string;
  /** All of it lies in this directory. */
  base: string;
  /** Everything as it was before. */
  reset(): void;
  run(ports: Ports): Promise<unknown>;
  /** Whatever happened: what comes next works, and nothing acknowledged is lost. */
  check(acknowledged: boolean): Promise<void>;
}

/** The operation of a world. */
export function poweredWorld(world: World): Powered {
  return {
    name: world.operation,
    base: world.base,
    reset: () => world.reset(),
    run: ports => world.run(world.context(ports)),
    async check(acknowledged) {
      if (acknowledged) {
        if (world.operation === 'snapshot create') assert.equal(listSnapshots(world.context(), {}).snapshots.length, 3);
        assert.deepEqual(world.tree(), world.after, 'what was acknowledged is there');
      }
      await checkWorld(world);
    },
  };
}

/**
 * Cuts the power at every `step`-th call that changes something, and once when all is done; then the disk holds what
 * `Unflushed` says, another way each time, and everything that was acknowledged is there.
 *
 * @returns how often
 */
export async function cutPowerEverywhere(powered: Powered, seed: number, step = 1): Promise<number> {
  for (let at = 1 + (seed % step), done = 1; ; at += step, done++) {
    const kind = cuts[(done + seed) % cuts.length]!;
    if (await cutPower(powered, at, kind, new Random(seed + at))) return done;
  }
}

/** @returns whether the operation had been acknowledged */
async function cutPower(powered: Powered, at: number, kind: Cut, random: Random): Promise<boolean> {
  powered.reset();
  const disk = new Unflushed(powered.base);
  let calls = 0;
  let last = '';
  const ports = watchedPorts(call => {
    if (calls === at) {
      if (call.name === 'closeSync') return call.run();
      throw new Error('The power is cut.');
    }
    if (call.changes) calls++;
    last = call.name;
    return disk.run(call);
  });
  let acknowledged = true;
  try {
    await powered.run(ports);
  } catch (error) {
    if (calls < at) throw error;
    acknowledged = false;
  }
  const done = acknowledged && calls < at;
  try {
    disk.cut(done ? 'everything' : kind, random);
    await powered.check(acknowledged);
  } catch (error) {
    const moment = done ? 'when all was done' : `after call ${at}, ${last}, which takes ${kind}`;
    throw new Error(`${powered.name}: the power was cut ${moment}`, { cause: error });
  }
  return done;
}
