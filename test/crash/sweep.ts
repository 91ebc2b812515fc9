import assert from 'node:assert/strict';
import fs from 'node:fs';
import { asHoldfastError } from '../../src/engine/errors.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { checkWorld, leftovers } from './check.ts';
import { type Fault, type FaultKind, failingPorts } from './faulty-files.ts';
import { type Death, runAndKill } from './kill.ts';
import type { Random } from './random.ts';
import { type Found, omissionsOf, type World } from './world.ts';

/** Kills the operation at every call whose effect can be seen, and in the middle of those that have one. */
export async function killEverywhere(world: World): Promise<number> {
  let deaths = 0;
  for (const death of await everyDeath(world)) {
    await killOnce(world, death);
    deaths++;
  }
  return deaths;
}

/** Kills the operation somewhere. */
export async function killSomewhere(world: World, random: Random): Promise<void> {
  await killOnce(world, random.pick(await everyDeath(world)));
}

async function everyDeath(world: World): Promise<Death[]> {
  world.reset();
  const calls = await runAndKill(world, { at: 0, when: 'before' });
  assert.ok(calls, 'the operation ends when it is not killed');
  return calls.flatMap(({ hasHalf }, index) => {
    const at = index + 1;
    const last = at === calls.length;
    return [
      { at, when: 'before' },
      ...(hasHalf ? [{ at, when: 'half' }] : []),
      ...(last ? [{ at, when: 'after' }] : []),
    ] as Death[];
  });
}

async function killOnce(world: World, death: Death): Promise<void> {
  world.reset();
  try {
    assert.equal(await runAndKill(world, death), undefined, 'it was killed');
    await checkWorld(world);
  } catch (error) {
    throw new Error(`${world.operation}, killed ${death.when} call ${death.at}`, { cause: error });
  }
}

/**
 * Lets one call fail, and either all goes well (what could not be read is left out, and listed) or an error with a code
 * is thrown and everything is as before.
 *
 * @returns whether there was such a call
 */
export async function failOnce(world: World, fault: Fault): Promise<boolean> {
  world.reset();
  const exactly = world.tree({ directoryTimes: true });
  const { ports, fired } = failingPorts(fault);
  const name = () =>
    `${world.operation}: ${fired()} (call ${fault.at}) fails with ${fault.kind}${fault.lasting ? ', for good' : ''}`;
  let result: unknown;
  let thrown: unknown;
  try {
    result = await world.run(world.context(ports));
  } catch (error) {
    thrown = error;
  }
  if (fired() === undefined) return false;
  const leftOut = !thrown && omissionsOf(result) !== world.omissions;
  try {
    if (thrown) assertRefused(world, exactly, thrown, fault, fired());
    else if (!leftOut) assert.deepEqual(world.tree(), world.after, 'it says that it is done');
    else assert.equal(isReading(fired()), true, `only reading may be given up: ${JSON.stringify(result)}`);
    if (!leftOut) await checkWorld(world);
  } catch (error) {
    throw new Error(name(), { cause: error });
  }
  return true;
}

function assertRefused(world: World, before: Found, thrown: unknown, fault: Fault, call = ''): void {
  const { code, message } = asHoldfastError(thrown);
  assert.ok(errorCodes.includes(code) && message.length > 0, `a code: ${thrown}`);
  if (fault.lasting) return;
  assert.deepEqual(world.tree({ directoryTimes: true }), before, `as before, since it was refused: ${thrown}`);
  const temporary = call === 'rmSync' ? [] : fs.readdirSync(`${world.root}/.holdfast/tmp`);
  const left = [...leftovers(world), ...temporary].filter(one => !one.endsWith('/placement/lock.json'));
  assert.deepEqual(left, [], `nothing left behind: ${thrown}`);
}

function isReading(call: string | undefined): boolean {
  return [
    'openSync',
    'readSync',
    'closeSync',
    'lstatSync',
    'fstatSync',
    'readdirSync',
    'readlinkSync',
    'statSync',
  ].includes(call ?? '');
}

export const faultKinds: FaultKind[] = ['ENOSPC', 'EACCES', 'EIO', 'half ENOSPC', 'short'];

/** Lets every `step`-th call fail in turn, each with the next kind of fault. @returns how many did */
export async function failEverywhere(world: World, { step = 1, offset = 0, lasting = false } = {}): Promise<number> {
  let failures = 0;
  for (let at = 1 + offset; ; at += step) {
    const kind = faultKinds[(at + Math.floor(at / faultKinds.length)) % faultKinds.length]!;
    if (!(await failOnce(world, { kind, at, lasting }))) return failures;
    failures++;
  }
}
