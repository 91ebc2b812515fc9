import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { Context } from '../../src/engine/context.ts';
import { HoldfastError } from '../../src/engine/errors.ts';
import { Random } from '../crash/random.ts';
import { testContext } from '../fixtures/ports.ts';
import { guardedFiles } from './guarded-files.ts';

/** One parser, with what it takes to try it. */
export interface Target {
  name: string;
  setUp(place: FuzzPlace): Prepared | Promise<Prepared>;
}

/** A directory of its own, with a workspace in which the generic profile has its root. */
export interface FuzzPlace {
  directory: string;
  workspace: string;
  root: string;
  /** The workspace opened with file calls that cannot leave the directory. */
  open(): Context;
}

export interface Prepared {
  input(random: Random): Uint8Array;
  /** Returns, or throws a HoldfastError; both are right. */
  parse(input: Buffer, random: Random): unknown;
}

export interface Report {
  name: string;
  milliseconds: number;
  slowest: number;
  /** Of the whole process, in MiB. */
  peak: number;
  /** How many inputs were taken, and how many refused with which code. */
  outcomes: Record<string, number>;
  /** Each kind of failure once, with the round that shows it. */
  failures: string[];
}

/** Memory where there is such a directory: thousands of small files are written. */
const fastest = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
/** Milliseconds of computing: how long it takes by the clock is also what others do on the machine. */
const longest = 2000;
const mostMemory = 512;
/** MiB that earlier inputs may leave behind before it is collected: it is no need of the next one. */
const untidy = 64;
/** Milliseconds after which an input that is still being read counts as one that hangs. */
const hanging = 60_000;

v8.setFlagsFromString('--expose-gc');
const collectGarbage: () => void = vm.runInNewContext('gc');

export async function fuzz(target: Target, rounds: Iterable<number>, seed: number): Promise<Report> {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(fastest, `holdfast-fuzz-${target.name}-`)));
  const report: Report = { name: target.name, milliseconds: 0, slowest: 0, peak: 0, outcomes: {}, failures: [] };
  const kinds = new Set<string>();
  let round = -1;
  const fail = (kind: string, what: string) => {
    if (kinds.has(kind)) return;
    kinds.add(kind);
    report.failures.push(`${target.name}, --seed ${seed} --round ${round}: ${what}`);
  };
  const watch = new Watch(target.name, seed);
  try {
    const { input, parse } = await target.setUp(placeIn(directory, call => fail('escape', `wrote outside: ${call}`)));
    const start = performance.now();
    let tidy = await tidied();
    for (round of rounds) {
      if (used() > tidy + untidy * 2 ** 20) tidy = await tidied();
      const random = new Random(Math.imul(seed ^ Math.imul(round, 0x9e3779b1), 0x85ebca6b));
      const bytes = Buffer.from(input(random));
      watch.begin(round);
      const begun = process.cpuUsage();
      let outcome = 'taken';
      try {
        await parse(bytes, random);
      } catch (error) {
        outcome = codeOf(error) ?? 'crash';
        if (outcome === 'crash') fail(kindOf(error), error instanceof Error ? (error.stack ?? '') : String(error));
      }
      const { user, system } = process.cpuUsage(begun);
      const took = (user + system) / 1000;
      report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
      report.slowest = Math.max(report.slowest, took);
      if (took > longest) fail('slow', `took ${Math.round(took)} ms`);
      report.peak = process.resourceUsage().maxRSS / 1024;
      if (report.peak > mostMemory) fail('memory', `the process came to ${Math.round(report.peak)} MiB`);
    }
    report.milliseconds = performance.now() - start;
    return report;
  } finally {
    await watch.end();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @returns the bytes that are used without what can be collected */
async function tidied(): Promise<number> {
  collectGarbage();
  // Memory outside the heap is freed in a turn of the event loop, which parsers alone do not let happen.
  await new Promise(resolve => setImmediate(resolve));
  collectGarbage();
  return used();
}

/** An error with a code: the engine's own, or one of the system, which every face of Holdfast turns into such. */
function codeOf(error: unknown): string | undefined {
  if (HoldfastError.is(error)) return error.code;
  const { code, errno } = error as NodeJS.ErrnoException;
  return typeof errno === 'number' ? code : undefined;
}

/** By the place in the product that it came from. */
function kindOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return `${(error as Error).name} ${lines.find(line => line.includes('/src/'))}`;
}

function placeIn(directory: string, onEscape: (call: string) => void): FuzzPlace {
  const workspace = path.join(directory, 'app');
  fs.mkdirSync(path.join(workspace, 'data/workspace'), { recursive: true });
  const files = guardedFiles(directory, onEscape);
  const open = () => testContext(workspace, { fs: files, syncFileSystem: () => true });
  return { directory, workspace, root: path.join(workspace, 'data/workspace'), open };
}

/** Ends the process, naming the input, when one is never done with: nothing else can while it is being read. */
class Watch {
  readonly #round = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(target: string, seed: number) {
    const code = `
      const { workerData } = require('node:worker_threads');
      let before;
      setInterval(() => {
        const now = Atomics.load(workerData.round, 0);
        if (now === before) {
          require('node:fs').writeSync(2, workerData.target + ', --seed ' + workerData.seed + ' --round ' + now + ': hangs\\n');
          process.kill(process.pid, 'SIGKILL');
        }
        before = now;
      }, workerData.hanging);`;
    this.#worker = new Worker(code, { eval: true, workerData: { round: this.#round, target, seed, hanging } });
    this.#worker.unref();
  }

  begin(round: number): void {
    Atomics.store(this.#round, 0, round);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
