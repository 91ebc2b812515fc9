import { asHoldfastError } from '../../src/engine/errors.ts';
import { testContext } from '../fixtures/ports.ts';
import { watchedPorts } from './faulty-files.ts';
import { bytesOf, carryOut } from './history-orders.ts';

/**
 * Carries out an order in a workspace and kills itself at one of the calls whose effect can be seen:
 *
 *     node test/crash/history-child.ts < {"workspace":…,"order":…}  [NUMBER  before|half|after]
 *
 * Without a number it lives until it is killed from outside. It prints a line when it begins; reaching the end, the answer
 * or the error, and the milliseconds that it took, as JSON.
 */
const [at = '0', when = 'before'] = process.argv.slice(2);
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { workspace, order, seed } = JSON.parse(Buffer.concat(chunks).toString());

let calls = 0;
const ports = watchedPorts(
  call => {
    if (!call.shows || ++calls !== Number(at)) return call.run();
    if (when === 'half') call.half?.();
    if (when === 'after') call.run();
    process.kill(process.pid, 'SIGKILL');
    throw new Error('This process is dead.');
  },
  { randomBytes: bytesOf(seed) },
);
process.stdout.write('begun\n');
const begun = performance.now();
const attempt = async () => carryOut(testContext(workspace, ports), order);
const ending = await attempt().then(
  answer => ({ answer }),
  error => ({ error: asHoldfastError(error).toBody() }),
);
process.stdout.write(JSON.stringify({ ...ending, took: performance.now() - begun }));
