import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from './world.ts';

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Starting takes half the time when the sources need not be stripped of their types again. */
const compileCache = join(tmpdir(), 'holdfast-test-compile-cache');

export interface Death {
  /** Which of the calls that change something, from 1; 0: none. */
  at: number;
  when: 'before' | 'half' | 'after';
}

/** Runs the operation of a world in a process that dies as told. @returns the calls it made when it did not */
export function runAndKill(world: World, { at, when }: Death): Promise<{ name: string; hasHalf: boolean }[] | undefined> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [child, String(at), when], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    run.stdout.on('data', chunk => out.push(chunk));
    run.stderr.on('data', chunk => errors.push(chunk));
    run.on('error', reject);
    run.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(JSON.parse(Buffer.concat(out).toString()));
      else reject(new Error(`The child ended with ${code ?? signal}:\n${Buffer.concat(errors)}`));
    });
    run.stdin.end(world.toJson());
  });
}
