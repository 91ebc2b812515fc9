import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { World } from './world.ts';

export interface Death {
  /** Which of the calls whose effect can be seen, from 1; 0: none. */
  at: number;
  when: 'before' | 'half' | 'after';
}

let built: string | undefined;

/** The child as one file: started hundreds of times, it starts in half the time. */
function childProgram(): string {
  if (built) return built;
  const outfile = join(tmpdir(), `holdfast-crash-child-${process.pid}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL('./child.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  process.on('exit', () => process.getBuiltinModule('node:fs').rmSync(outfile, { force: true }));
  built = outfile;
  return built;
}

/** Runs the operation of a world in a process that dies as told. @returns the calls it made when it did not */
export function runAndKill(
  world: World,
  { at, when }: Death,
): Promise<{ name: string; hasHalf: boolean }[] | undefined> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [childProgram(), String(at), when], { stdio: ['pipe', 'pipe', 'pipe'] });
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
    // A child that dies before it has read everything breaks the pipe; how it ended is what counts.
    run.stdin.on('error', () => {});
    run.stdin.end(world.toJson());
  });
}
