import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, stop } from 'esbuild';
import type { World } from './world.ts';

export interface Death {
  /** Which of the calls whose effect can be seen, from 1; 0: none. */
  at: number;
  when: 'before' | 'half' | 'after';
}

const built = new Map<string, string>();

/** A child as one file: started hundreds of times, it starts in half the time. */
export function childProgram(name: string): string {
  const known = built.get(name);
  if (known) return known;
  const outfile = join(tmpdir(), `holdfast-crash-${name}-${process.pid}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  // It leaves a thread and a process behind, which holds this one's standard error open.
  void stop();
  process.on('exit', () => process.getBuiltinModule('node:fs').rmSync(outfile, { force: true }));
  built.set(name, outfile);
  return outfile;
}

/** Milliseconds, many times what it takes on a busy machine: one that stands still fails by itself, with its seed. */
const longest = 60_000;

/**
 * Runs one of the children here with a text on its standard input, in a process that dies as told.
 *
 * @returns what it printed when it did not die
 */
export function runChild(name: string, input: string, { at, when }: Death): Promise<string | undefined> {
  return run(name, input, [String(at), when]);
}

/**
 * The same, killed from outside: at whatever the child is doing that many milliseconds after it has printed something,
 * which says that it has begun.
 */
export function runChildFor(name: string, input: string, milliseconds: number): Promise<string | undefined> {
  return run(name, input, [], milliseconds);
}

function run(name: string, input: string, args: string[], milliseconds?: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, [childProgram(name), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: longest,
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    run.stdout.on('data', chunk => out.push(chunk));
    if (milliseconds !== undefined) run.stdout.once('data', () => setTimeout(() => run.kill('SIGKILL'), milliseconds));
    run.stderr.on('data', chunk => errors.push(chunk));
    run.on('error', reject);
    run.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`The child ended with ${code ?? signal}:\n${Buffer.concat(errors)}`));
    });
    // A child that dies before it has read everything breaks the pipe; how it ended is what counts.
    run.stdin.on('error', () => {});
    run.stdin.end(input);
  });
}

/** Runs the operation of a world in a process that dies as told. @returns the calls it made when it did not */
export async function runAndKill(
  world: World,
  death: Death,
): Promise<{ name: string; hasHalf: boolean }[] | undefined> {
  const printed = await runChild('child', world.toJson(), death);
  return printed === undefined ? undefined : JSON.parse(printed);
}
