import { asHoldfastError } from '../../src/engine/errors.ts';
import { watchedPorts } from './faulty-files.ts';
import { type LegacyWorld, openWorld } from './legacy-world.ts';
import { carryOut, type Order } from './orders.ts';

/**
 * Carries out an order in a world and kills itself at one of the calls whose effect can be seen:
 *
 *     node test/crash/order-child.ts < {"world":…,"order":…}  NUMBER  before|half|after
 *
 * Reaching the end, it prints the result or the error, as JSON.
 */
const [at = '0', when = 'before'] = process.argv.slice(2);
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { world, order } = JSON.parse(Buffer.concat(chunks).toString()) as { world: LegacyWorld; order: Order };

let calls = 0;
const ports = watchedPorts(call => {
  if (!call.shows || ++calls !== Number(at)) return call.run();
  if (when === 'half') call.half?.();
  if (when === 'after') call.run();
  process.kill(process.pid, 'SIGKILL');
  throw new Error('This process is dead.');
});
const ended = await carryOut(openWorld(world, ports), order).then(
  result => ({ result }),
  error => ({ error: asHoldfastError(error).toBody() }),
);
process.stdout.write(JSON.stringify(ended));
