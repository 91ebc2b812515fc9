import { HoldfastError } from '../../src/engine/errors.ts';
import { openContext } from '../../src/engine/root/open.ts';
import { readSession, showSession } from '../../src/engine/sessions/show.ts';
import { updateSession } from '../../src/engine/sessions/update.ts';
import { nodePorts } from '../../src/node-ports.ts';

/**
 * A process that counts in one session, as others do at the same time: `WORKSPACE SESSION NAME TIMES`. Whatever it adds is
 * added to the version that it has seen, or it looks again.
 */
const [workspace = '', id = '', name = '', times = '0'] = process.argv.slice(2);
const context = openContext({ ...nodePorts(), env: {} }, { workspace });

async function addOne(): Promise<boolean> {
  const { version } = await showSession(context, id);
  const counts = JSON.parse((await readSession(context, id)).toString()) as Record<string, number>;
  counts[name] = (counts[name] ?? 0) + 1;
  try {
    await updateSession(context, id, { bytes: Buffer.from(JSON.stringify(counts)) }, version, {});
    return true;
  } catch (error) {
    if (HoldfastError.is(error, 'VERSION_CONFLICT')) return false;
    throw error;
  }
}

let conflicts = 0;
for (let done = 0; done < Number(times); ) {
  if (await addOne()) done++;
  else conflicts++;
}
process.stdout.write(`${conflicts}\n`);
