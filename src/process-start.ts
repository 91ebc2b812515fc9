import fs from 'node:fs';
import { outputOf } from './program-output.ts';

/** What stands for the start of a process that runs, where the system does not say when it began. */
const running = 'running';

/** When a process started, in the system's own unit; `undefined` when there is no such process. */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'win32') return running;
  if (process.platform !== 'linux') return outputOf('ps', ['-o', 'lstart=', '-p', String(pid)], 5_000) || running;
  try {
    const line = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, which may itself hold spaces and brackets.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended: it holds nothing and only waits for its parent to ask.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return fields[19] ?? running;
  } catch {
    // It ended between the two looks, or /proc hides other people's processes.
    return isAlive(pid) ? running : undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
