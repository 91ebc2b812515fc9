import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Cost {
  seconds: number;
  /** The most that any one of its processes held in memory; undefined where the system does not tell (not Linux). */
  megabytes: number | undefined;
}

export interface Surroundings {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** How often memory is looked at. The kernel keeps the highest mark, so only the growth since the last look is missed. */
const lookEvery = 10;

/**
 * Runs commands one after the other, each a whole process, to their end. What they print is dropped.
 *
 * @throws with what it said on stderr when one of them fails
 */
export async function runAll(commands: readonly string[][], surroundings: Surroundings): Promise<Cost> {
  const started = performance.now();
  const costs: Cost[] = [];
  for (const command of commands) costs.push(await runOne(command, surroundings));
  const megabytes = costs.flatMap(cost => cost.megabytes ?? []);
  return {
    seconds: (performance.now() - started) / 1000,
    megabytes: megabytes.length > 0 ? Math.max(...megabytes) : undefined,
  };
}

async function runOne([program, ...args]: string[], { cwd, env }: Surroundings): Promise<Cost> {
  const started = performance.now();
  const child = spawn(program!, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const peaks = new Map<number, number>();
  const timer = setInterval(() => lookAt(child, peaks), lookEvery);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  try {
    const status = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(code ?? signal));
    });
    const seconds = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${said}`);
    return { seconds, megabytes: peaks.size > 0 ? Math.max(...peaks.values()) : undefined };
  } finally {
    clearInterval(timer);
  }
}

function lookAt(child: ChildProcess, peaks: Map<number, number>): void {
  if (process.platform !== 'linux' || child.pid === undefined) return;
  for (const pid of withChildren(child.pid)) {
    const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readGone(`/proc/${pid}/status`))?.[1];
    if (kilobytes) peaks.set(pid, (Number(kilobytes) * 1024) / 1e6);
  }
}

function withChildren(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended meanwhile.
  }
  const children = threads.flatMap(thread => readGone(`/proc/${pid}/task/${thread}/children`).split(' '));
  return [pid, ...children.filter(Boolean).flatMap(child => withChildren(Number(child)))];
}

/** Processes and threads end between two calls: then there is nothing to tell of them. */
function readGone(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Writes out what the file system that holds `directory` still keeps in memory. */
export function flush(directory: string): Promise<Cost> {
  const command = process.platform === 'linux' ? ['sync', '-f', directory] : ['sync'];
  return runAll([command], { cwd: directory });
}
