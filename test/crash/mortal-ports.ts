import type { Ports } from '../../src/engine/ports.ts';
import { watchedPorts } from './faulty-files.ts';
import type { Death } from './kill.ts';

/**
 * Ports of a process that dies at a call, without a process of its own: from then on every call throws, so nothing that
 * cleans up can change anything any more. Each has a process id of its own, and knows of no other that lives: for
 * whoever comes next, its locks are those of a dead process.
 */
export function mortalPorts({ at, when }: Death, overrides: Partial<Ports> = {}): { ports: Ports; isDead(): boolean } {
  let calls = 0;
  let dead = false;
  const ports = watchedPorts(call => {
    if (dead) {
      // The system closes the files of a dead process.
      if (call.name === 'closeSync') return call.run();
      throw new Error('This process is dead.');
    }
    // A call for each of thousands of rounds; there is no power to be cut.
    if (call.name === 'syncFileSystem') return true;
    if (!call.shows || ++calls !== at) return call.run();
    dead = true;
    if (when === 'half') call.half?.();
    if (when === 'after') call.run();
    throw new Error('This process is dead.');
  }, overrides);
  const pid = 2 ** 22 + ++started;
  const host = { ...ports.host, pid, processStart: (one: number) => (one === pid ? 'now' : undefined) };
  return { ports: { ...ports, host }, isDead: () => dead };
}

let started = 0;
