import assert from 'node:assert/strict';
import { asHoldfastError, HoldfastError } from '../../src/engine/errors.ts';
import { listMigrations } from '../../src/engine/migrations/list.ts';
import { listSnapshots } from '../../src/engine/snapshots/list.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { readTree } from '../fixtures/tree.ts';
import { nextOrder } from './history-choice.ts';
import {
  type Answer,
  type Ending,
  type Order,
  type Runner,
  runApart,
  runHere,
  type Trouble,
} from './history-orders.ts';
import { type Found, HistoryWorld } from './history-world.ts';
import { Random } from './random.ts';
import { faultKinds } from './sweep.ts';
import { omissionsOf } from './world.ts';

/**
 * A root that goes through one order after the other, many of which are cut short by the death of who carries them out,
 * and others by calls that fail. After each, nothing acknowledged is lost; in the end all of it is restored.
 *
 * @param steps how many orders
 * @returns how many died, how many of them by the hand of another process, and how many failed
 */
export async function history(
  base: string,
  seed: number,
  steps: number,
  run: Runner,
): Promise<{ deaths: number; killed: number; failures: number }> {
  const random = new Random(seed);
  const world = new HistoryWorld(base, random);
  const done: string[] = [];
  const counts = { deaths: 0, killed: 0, failures: 0 };
  try {
    for (let step = 0; step < steps; step++) {
      if (random.below(3) === 0) world.edit(random);
      const order = nextOrder(world, random, step);
      const trouble = nextTrouble(random, run === runApart);
      done.push(JSON.stringify([order, trouble]));
      const ending = await run(world.workspace, order, trouble, random.below(2 ** 31));
      if (ending === 'died') {
        counts.deaths++;
        if (trouble && 'share' in trouble) counts.killed++;
      } else if ('error' in ending) counts.failures++;
      await see(world, order, ending, trouble);
      await world.check();
      // Not all each time: it takes longer than everything else.
      if (world.snapshots.size > 0) await world.restore(random.pick([...world.snapshots.keys()]));
    }
    await world.restoreAll();
  } catch (cause) {
    throw new Error(`seed ${seed}, ${steps} steps:\n${done.join('\n')}`, { cause });
  }
  return counts;
}

function nextTrouble(random: Random, isApart: boolean): Trouble {
  const kind = random.below(8);
  if (isApart && kind < 2) return { share: random.below(1000) / 1000 };
  // Small numbers too: they are the beginnings.
  const at = 1 + random.below(random.pick([6, 20, 60]));
  if (kind < 4) return { death: { at, when: random.pick(['before', 'half', 'after'] as const) } };
  if (kind < 6) return { fault: { kind: random.pick(faultKinds), at: at * 3, lasting: random.below(3) === 0 } };
  return undefined;
}

/** Compares what came of an order with what whoever gave it was told, and remembers that. */
async function see(world: HistoryWorld, order: Order, ending: Ending, trouble: Trouble): Promise<void> {
  const before = world.tree;
  await world.settle();
  if (ending === 'died') return afterDeath(world, order, before);
  if ('answer' in ending) return acknowledged(world, order, ending.answer, before);
  const { code } = asHoldfastError(ending.error);
  assert.ok(errorCodes.includes(code), `a code: ${ending.error}`);
  if (!trouble || !('fault' in trouble)) assert.ok(mayRefuse(order, ending.error), `refused: ${ending.error}`);
  if (trouble && 'fault' in trouble && trouble.fault.lasting) return afterDeath(world, order, before);
  const why = `as before, since it was refused: ${ending.error}`;
  // What was put in place before its version could be recorded stays, and becomes one with the next change.
  if (order.do.startsWith('session')) assertSame(withoutSessions(world.tree), withoutSessions(before), why);
  else assertSame(world.tree, before, why);
  settleSnapshots(world, order);
}

/** What can be in the way of an order although nothing fails. */
function mayRefuse(order: Order, error: unknown): boolean {
  // A lock that this process failed to remove: others respect it as long as it lives.
  const { pid } = ((HoldfastError.is(error, 'LOCKED') && error.details) || {}) as { pid?: number };
  if (pid === process.pid) return true;
  if (order.do.startsWith('session')) return HoldfastError.is(error, 'NOT_FOUND');
  return order.do.startsWith('migrate') && HoldfastError.is(error, 'CONFLICT');
}

async function afterDeath(world: HistoryWorld, order: Order, before: Found): Promise<void> {
  settleSnapshots(world, order);
  const now = world.tree;
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  if (order.do === 'snapshot restore') return assertSame(now, world.snapshots.get(order.id)!, 'before or after');
  if (order.do === 'backup restore') return assertHolds(now, world.backups.get(order.id)!);
  if (order.do.startsWith('session')) return assertSame(withoutSessions(now), withoutSessions(before));
  if (order.do === 'migrate apply') return completed(world, order, before);
  if (order.do === 'migrate undo') return undone(world, order.id, before);
  assertSame(now, before, 'it has nothing to do with the root');
}

/** Whoever came next put the files in place; done again, it is completed. */
async function completed(world: HistoryWorld, order: Order, before: Found): Promise<void> {
  const again = await runHere(world.workspace, order, undefined, world.base.length);
  assert.ok(again !== 'died' && 'answer' in again, JSON.stringify(again));
  assertSame(world.look(), world.tree, 'done again, it changes nothing');
  const [latest] = listMigrations(world.context());
  assert.equal(latest?.status, 'completed');
  world.migrations.push({ id: latest.id, before, after: world.tree });
}

function undone(world: HistoryWorld, id: string, before: Found): void {
  const at = world.migrations.findIndex(one => one.id === id);
  const [migration] = world.migrations.splice(at, 1);
  if (JSON.stringify(before) === JSON.stringify(migration!.after))
    assertSame(world.tree, migration!.before, 'taken back, it is as before');
}

async function acknowledged(world: HistoryWorld, order: Order, answer: Answer, before: Found): Promise<void> {
  // What could not be read was left out, and listed: nobody was promised the whole.
  const whole = omissionsOf(answer) === '[]';
  const now = world.tree;
  switch (order.do) {
    case 'snapshot create':
      if (whole) world.snapshots.set(answer.id!, before);
      break;
    case 'backup create':
      if (whole) world.backups.set(answer.id!, before);
      break;
    case 'snapshot restore':
      if (whole) assertSame(now, world.snapshots.get(order.id)!, 'restored');
      return;
    case 'backup restore':
      if (whole) assertHolds(now, world.backups.get(order.id)!);
      return;
    case 'snapshot restore elsewhere':
      if (whole) assert.deepEqual(readTree(order.to), world.snapshots.get(order.id), 'restored elsewhere');
      break;
    case 'migrate apply':
      if (answer.migrationId) world.migrations.push({ id: answer.migrationId, before, after: now });
      else assertSame(now, before, 'nothing to do');
      return;
    case 'migrate undo':
      return undone(world, order.id, before);
    case 'session create':
      world.sessions.set(answer.id!, new Map([[answer.version!, order.text]]));
      return assertSame(withoutSessions(now), withoutSessions(before));
    case 'session update':
      world.sessions.get(order.id)!.set(answer.version!, order.text);
      return assertSame(withoutSessions(now), withoutSessions(before));
    case 'session delete':
      return assertSame(withoutSessions(now), withoutSessions(before));
    case 'vault prune':
      for (const { id, keep } of answer.snapshots ?? []) assert.equal(world.isListed(id), keep, `snapshot ${id}`);
  }
  assertSame(now, before, 'it has nothing to do with the root');
  settleSnapshots(world, order);
}

/** Which snapshots are there and which in the trash, after an order that moves them and may have ended in between. */
function settleSnapshots(world: HistoryWorld, order: Order): void {
  if (order.do === 'snapshot delete' || order.do === 'snapshot undelete') {
    const tree = world.snapshots.get(order.id) ?? world.trash.get(order.id)!;
    const [there, gone] = world.isListed(order.id) ? [world.snapshots, world.trash] : [world.trash, world.snapshots];
    there.set(order.id, tree);
    gone.delete(order.id);
  }
  if (order.do !== 'vault prune') return;
  if (order.grace === '0') world.trash.clear();
  if (order.keepLast === undefined) return;
  const { total } = listSnapshots(world.context(), {});
  if (world.snapshots.size > 0) assert.ok(total >= Math.min(order.keepLast, world.snapshots.size), `${total} are left`);
  for (const [id, tree] of world.snapshots) {
    if (world.isListed(id)) continue;
    world.snapshots.delete(id);
    if (order.grace !== '0') world.trash.set(id, tree);
  }
}

function withoutSessions(tree: Found): Found {
  return Object.fromEntries(Object.entries(tree).filter(([at]) => at !== 'sessions' && !at.startsWith('sessions/')));
}

function assertSame(now: Found, wanted: Found, why = 'it has nothing to do with the root'): void {
  if (JSON.stringify(now) === JSON.stringify(wanted)) return;
  // Without a message of its own it shows what differs.
  throw new Error(why, { cause: failureOf(() => assert.deepEqual(now, wanted)) });
}

/** Entries of a backup, of which directories may hold more. */
function assertHolds(now: Found, wanted: Found): void {
  const there = Object.fromEntries(Object.keys(wanted).map(at => [at, now[at]]));
  assert.deepEqual(there, wanted, 'what the backup holds is there');
}

function failureOf(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
