import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Makes `target` appear whole or not at all. It is filled under another name and renamed when complete, so the name
 * itself is the stamp of completion: an install that was killed is done again, and of two that run at once the first
 * one to finish wins.
 */
export async function installOnce(target: string, fill: (dir: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  removeAbandoned(target);
  const partial = `${target}.partial-${process.pid}-${randomUUID().slice(0, 8)}`;
  mkdirSync(partial);
  try {
    await fill(partial);
    if (!existsSync(target)) renameSync(partial, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true, maxRetries: 5 });
  }
}

function removeAbandoned(target: string): void {
  const prefix = `${basename(target)}.partial-`;
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(prefix) || isRunning(Number.parseInt(name.slice(prefix.length), 10))) continue;
    rmSync(join(dirname(target), name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
