import { type ChildProcess, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Ends a child with everything it started, and waits until all of it is gone. The child must have been spawned with
 * `detached: true`, which makes it the leader of a process group on POSIX; Windows keeps the tree by parent ids.
 */
export async function endProcessGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = new Promise<void>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  if (process.platform !== 'win32') {
    child.kill('SIGTERM');
    await Promise.race([ended, delay(5_000, undefined, { ref: false })]);
  }
  killProcessGroup(child.pid);
  await ended;
  // SIGKILL cannot be refused: what is still listed after a while is a zombie that nobody has waited for.
  for (const limit = Date.now() + 5_000; groupExists(child.pid) && Date.now() < limit; ) await delay(20);
}

/** Synchronous, so that it also works in an exit handler. */
export function killProcessGroup(pid: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function groupExists(pid: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
