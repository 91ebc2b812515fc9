import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { HoldfastError } from '../../src/engine/errors.ts';
import { listMigrations } from '../../src/engine/migrations/list.ts';
import type { ApplyMigration, ApplyResult, ConflictPolicy, MigrationPlan } from '../../src/protocol/migrations.ts';
import { assertBroughtOver } from './brought-over.ts';
import type { Death } from './kill.ts';
import { type Found, type LegacyWorld, makeLegacyWorld, openWorld, stateOf } from './legacy-world.ts';
import { assertNothingLost } from './nothing-lost.ts';
import { type Order, type Runner, runHere } from './orders.ts';
import { Random } from './random.ts';

const never: Death = { at: 0, when: 'before' };

/**
 * One random world: planned, migrated and taken back, and killed on the way. After each death nothing may be lost; the
 * same command again completes it; in the end everything is as it was before, with all times.
 *
 * @returns how often it was killed
 */
export async function migrationRound(base: string, seed: number, run: Runner): Promise<number> {
  const random = new Random(seed);
  const world = makeLegacyWorld(base, random);
  try {
    return await new Round(world, random, run).all();
  } catch (error) {
    throw new Error(`seed ${seed} (${world.kind})`, { cause: error });
  }
}

class Round {
  readonly #world: LegacyWorld;
  readonly #random: Random;
  readonly #run: Runner;
  #before: Found;
  #deaths = 0;

  constructor(world: LegacyWorld, random: Random, run: Runner) {
    this.#world = world;
    this.#random = random;
    this.#run = run;
    this.#before = stateOf(world);
  }

  async all(): Promise<number> {
    const plan = await this.#plan();
    const input = await this.#decide(plan);
    await this.#apply(plan, input);
    const migrated = stateOf(this.#world);
    const again = (await this.#order({ do: 'apply', input })) as ApplyResult;
    assert.equal(again.status, 'nothing-to-do');
    assert.deepEqual(stateOf(this.#world), migrated, 'done again, it changes nothing');
    assertBroughtOver(this.#world, this.#before, { plan, policy: input.onConflict, after: input.after, last: again });
    await this.#undo();
    assert.deepEqual(stateOf(this.#world), this.#before, 'taken back, all is as before');
    for (const place of ['placement', 'locks']) {
      const directory = path.join(openWorld(this.#world).root, '.holdfast', place);
      assert.deepEqual(fs.readdirSync(directory), [], `nothing is left in ${place}`);
    }
    return this.#deaths;
  }

  async #plan(): Promise<MigrationPlan> {
    const order: Order = { do: 'plan', input: this.#world.wish };
    if (this.#random.below(8) === 0) await this.#mortal(order, 30);
    const plan = (await this.#order(order)) as MigrationPlan;
    const planned = stateOf(this.#world);
    const root = this.#world.root;
    // The root is made by the plan; and killed while it makes the vault, it has no time to give the root its own back.
    const without = (found: Found) =>
      Object.fromEntries(Object.entries(found).filter(([at]) => !`${root}/`.startsWith(`${at}/`)));
    if (this.#before[root] && this.#deaths === 0) assert.deepEqual(planned, this.#before, 'planning changes nothing');
    else assert.deepEqual(without(planned), without(this.#before), 'planning changes only the root');
    this.#before = planned;
    return plan;
  }

  /** How to apply it; under the policy `fail` it is seen to fail first. */
  async #decide(plan: MigrationPlan): Promise<ApplyMigration> {
    const policies: ConflictPolicy[] = ['fail', 'keep-target', 'keep-source', 'keep-both', 'keep-newer'];
    const onConflict = this.#random.pick(policies);
    const after = this.#random.pick(['keep', 'link'] as const);
    const input = { ...this.#world.wish, after, onConflict };
    if (onConflict !== 'fail' || plan.totals.conflict === 0) return input;
    await assert.rejects(this.#order({ do: 'apply', input }), error => HoldfastError.is(error, 'CONFLICT'));
    assert.deepEqual(stateOf(this.#world), this.#before, 'refused, it changes nothing');
    return { ...input, onConflict: this.#random.pick(policies.slice(1)) };
  }

  async #apply(plan: MigrationPlan, input: ApplyMigration): Promise<void> {
    const given = this.#random.below(2) === 0 ? { ...input, plan: plan.planId } : input;
    for (let deaths = this.#random.pick([0, 1, 1, 1, 1, 2, 3]); deaths > 0; deaths--) {
      if (await this.#mortal({ do: 'apply', input: given }, 35 + 9 * plan.items.length)) return;
    }
    await this.#mortal({ do: 'apply', input: given }, 0);
  }

  async #undo(): Promise<void> {
    const migrations = listMigrations(openWorld(this.#world));
    if (migrations.length === 0) return;
    const [{ id, files, status }, ...others] = migrations as [(typeof migrations)[0]];
    assert.deepEqual([status, others], ['completed', []]);
    const order: Order = { do: 'undo', id };
    for (let deaths = this.#random.pick([0, 0, 1, 1, 2]); deaths > 0; deaths--) {
      try {
        if (await this.#mortal(order, 25 + 6 * files)) return;
      } catch (error) {
        if (!isUndone(error)) throw error;
      }
    }
    try {
      await this.#order(order);
    } catch (error) {
      if (this.#deaths === 0 || !isUndone(error)) throw error;
    }
  }

  /** Killed at one of about so many calls (0: not at all), and nothing is lost then. @returns whether it ended */
  async #mortal(order: Order, calls: number): Promise<boolean> {
    if (calls === 0) {
      await this.#order(order);
      return true;
    }
    const at = 1 + this.#random.below(calls);
    const when = this.#random.pick(['before', 'half', 'after'] as const);
    const result = await this.#run(this.#world, order, { at, when });
    if (result !== undefined) return true;
    this.#deaths++;
    await assertNothingLost(this.#world, this.#before);
    return false;
  }

  #order(order: Order): ReturnType<Runner> {
    return runHere(this.#world, order, never);
  }
}

function isUndone(error: unknown): boolean {
  return HoldfastError.is(error, 'CONFLICT') && /has been undone already/.test(error.message);
}
