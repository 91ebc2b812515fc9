import { watchedPorts } from './faulty-files.ts';
import { World } from './world.ts';

/**
 * Runs the operation of a world and kills itself at one of the calls whose effect can be seen:
 *
 *     node test/crash/child.ts < world.json  NUMBER  before|half|after
 *
 * Reaching the end, it prints the calls that it counted, as JSON.
 */
const [at = '0', when = 'before'] = process.argv.slice(2);
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const world = World.fromJson(Buffer.concat(chunks).toString());

const calls: { name: string; hasHalf: boolean }[] = [];
const ports = watchedPorts(call => {
  if (!call.shows) return call.run();
  calls.push({ name: call.name, hasHalf: call.half !== undefined });
  if (calls.length !== Number(at)) return call.run();
  if (when === 'half') call.half?.();
  if (when === 'after') call.run();
  process.kill(process.pid, 'SIGKILL');
  throw new Error('This process is dead.');
});
await world.run(world.context(ports));
process.stdout.write(JSON.stringify(calls));
