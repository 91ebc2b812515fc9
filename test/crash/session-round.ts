import assert from 'node:assert/strict';
import fs from 'node:fs';
import type { Context } from '../../src/engine/context.ts';
import { HoldfastError } from '../../src/engine/errors.ts';
import { discardBuffer } from '../../src/engine/sessions/buffers/discard.ts';
import { editBuffer } from '../../src/engine/sessions/buffers/edit.ts';
import { allBuffers } from '../../src/engine/sessions/buffers/files.ts';
import { listRecoverable } from '../../src/engine/sessions/buffers/list.ts';
import { recoverSession } from '../../src/engine/sessions/buffers/recover.ts';
import { captureSession } from '../../src/engine/sessions/capture.ts';
import { createSession } from '../../src/engine/sessions/create.ts';
import { deleteSession } from '../../src/engine/sessions/delete.ts';
import { listSessions } from '../../src/engine/sessions/list.ts';
import { nativePlace } from '../../src/engine/sessions/places.ts';
import { revertSession } from '../../src/engine/sessions/revert.ts';
import { undeleteSession } from '../../src/engine/sessions/undelete.ts';
import { updateSession } from '../../src/engine/sessions/update.ts';
import { verifyVault } from '../../src/engine/vault/verify.ts';
import { mortalPorts } from './mortal-ports.ts';
import { Random } from './random.ts';
import { SessionWorld, type Wanted } from './session-world.ts';

/** Something that can be done to a session now, and what comes of it. */
interface Step {
  name: string;
  run(context: Context): Promise<unknown>;
  wanted: Wanted;
  /** The error that it has to end with. */
  refused?: string;
}

/**
 * A session that is changed at random by programs, people and windows, every second one of whom dies in the middle.
 *
 * @returns how many died
 */
export async function sessionRound(base: string, seed: number, steps = 14): Promise<number> {
  const random = new Random(seed);
  const world = new SessionWorld(base);
  world.id = (await createSession(world.context(), { title: 'Crash' }, {}, { bytes: Buffer.from('"start"') })).id;
  world.known.live = '"start"';
  await world.check();
  let deaths = 0;
  const done: string[] = [];
  for (let number = 0; number < steps; number++) {
    const step = nextStep(world, random, number);
    const dies = random.below(2) === 0;
    const death = { at: 1 + random.below(50), when: random.pick(['before', 'half', 'after'] as const) };
    done.push(`${step.name}${dies ? ` (dies ${death.when} ${death.at})` : ''}`);
    try {
      const { ports, isDead } = mortalPorts(dies ? death : { at: 0, when: 'before' });
      const error = await failureOf(step.run(world.context(ports)));
      if (isDead()) deaths++;
      else assert.equal(HoldfastError.is(error) ? error.code : error, step.refused);
      // A reader, before anybody who writes sees to what the dead one left.
      const { sessions } = await listSessions(world.context(), {});
      assert.ok(!sessions.some(({ broken }) => broken !== undefined), 'none is half there');
      const written = `"written after death ${number}"`;
      const follows = isDead() && random.below(2) === 0 && fs.existsSync(world.file);
      // Before anybody finishes what the dead one left: what it was about to replace is not what it saw any more.
      if (follows) {
        fs.writeFileSync(world.file, written);
        world.known.live = written;
      }
      const { live } = step.wanted;
      await world.check(
        step.refused || follows ? { ...step.wanted, live: world.known.live, version: live } : step.wanted,
      );
      const { total } = await listSessions(world.context(), {});
      assert.equal(total, world.known.live === undefined ? 0 : 1);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${done.join(', ')}`, { cause });
    }
  }
  const { damaged } = await verifyVault(world.context(), { readData: true }, {});
  assert.deepEqual(damaged, []);
  return deaths;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

function nextStep(world: SessionWorld, random: Random, number: number): Step {
  const { id, known } = world;
  const { versions, captured, live, typed } = known;
  if (live === undefined) {
    const run = (context: Context) => undeleteSession(context, id, {});
    return { name: 'undelete', run, wanted: { live: versions.at(-1) } };
  }
  const text = JSON.stringify(`text ${number}`);
  const now = captured ? versions.length : versions.length + 1;
  const back = 1 + random.below(versions.length);
  const steps: Step[] = [
    {
      name: 'update',
      run: context => updateSession(context, id, { bytes: Buffer.from(text) }, now, {}),
      wanted: { live: text },
    },
    {
      name: 'update over an older version',
      run: context => updateSession(context, id, { bytes: Buffer.from(text) }, now - 1, {}),
      wanted: {},
      refused: 'VERSION_CONFLICT',
    },
    { name: 'another program writes', run: async () => fs.writeFileSync(world.file, text), wanted: { live: text } },
    { name: 'capture', run: context => captureSession(context, nativePlace(id), {}), wanted: {} },
    {
      name: `revert to ${back}`,
      run: context => revertSession(context, id, { version: back }, {}),
      wanted: { live: versions[back - 1] },
    },
    { name: 'delete', run: context => deleteSession(context, id, {}), wanted: { live: undefined } },
    { name: 'list', run: context => listRecoverable(context), wanted: {} },
  ];
  if (typed === undefined) {
    const edits = [{ offset: 0, length: 0, text: ' ' }];
    const input = { base: versions.length, before: live.length, edits };
    const run = (context: Context) => editBuffer(context, id, input);
    if (captured) steps.push({ name: 'type', run, wanted: { typed: ` ${live}` } });
  } else {
    const [bufferId] = allBuffers(world.context()).map(one => one.id);
    const edits = [{ offset: typed.length, length: 0, text: '\n' }];
    const input = { bufferId: bufferId!, base: 1, before: typed.length, edits };
    const { length } = versions;
    steps.push(
      { name: 'type on', run: context => editBuffer(context, id, input), wanted: { typed: `${typed}\n` } },
      { name: 'discard', run: async context => discardBuffer(context, id), wanted: { typed: undefined } },
      {
        name: 'recover',
        run: context => recoverSession(context, id, { expectVersion: captured ? length : length + 1 }, {}),
        wanted: { live: typed, typed: undefined },
      },
    );
  }
  return random.pick(steps);
}
