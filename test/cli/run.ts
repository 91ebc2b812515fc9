import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { ErrorBody } from '../../src/protocol/error.ts';

/** The command line as it is shipped. Another build of it can be named, for trials of a packaged one. */
export const program = process.env.HOLDFAST_TEST_CLI ?? path.join(import.meta.dirname, '../../dist/holdfast.cjs');

/** The command line promises Node 20 too; the tests themselves need a newer one. */
export const node = process.env.HOLDFAST_TEST_NODE ?? process.execPath;

export interface Surroundings {
  cwd: string;
  /** On top of a clean environment: nothing of the machine's own `HOLDFAST_*` or `WORKSPACE_DIR` comes in. */
  env?: Record<string, string>;
}

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The one JSON object that stdout holds, checked against the protocol. */
  json<T>(schema: z.ZodType<T>): T;
  /** The error on stdout (with `--json`). */
  error(): ErrorBody;
}

/** What a fresh user's shell would give. `HOME` is the caller's, so that a default backup directory lands there. */
export function cleanEnvironment(env: Record<string, string> = {}): Record<string, string> {
  const system = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'NODE_V8_COVERAGE'].flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const home = path.join(tmpdir(), 'holdfast-nobody');
  return { ...Object.fromEntries(system), HOME: home, USERPROFILE: home, LANG: 'C.UTF-8', ...env };
}

/** Runs the built command line to its end. */
export function holdfast(args: readonly string[], { cwd, env }: Surroundings): Finished {
  const { status, stdout, stderr, error } = spawnSync(node, [program, ...args], {
    cwd,
    env: cleanEnvironment(env),
    encoding: 'utf8',
    timeout: 120_000,
    // One that waits within a file call hears no other.
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  return finished({ status, stdout, stderr });
}

/** Starts it, for tests that watch it run; ends it with the test at the latest. */
export function startHoldfast(args: readonly string[], { cwd, env }: Surroundings): Running {
  const child = spawn(node, [program, ...args], { cwd, env: cleanEnvironment(env) });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const end = new Promise<Finished>(resolve => {
    child.on('close', status => resolve(finished({ status, ...texts })));
  });
  return { child, texts, end };
}

export interface Running {
  child: ChildProcess;
  /** What it has printed so far. */
  texts: { stdout: string; stderr: string };
  end: Promise<Finished>;
}

function finished(result: Pick<Finished, 'status' | 'stdout' | 'stderr'>): Finished {
  return {
    ...result,
    json: schema => {
      assert.match(
        result.stdout,
        /^\{.*\}\n$/s,
        `not one JSON object: ${result.stdout.slice(0, 500)}\n${result.stderr}`,
      );
      return schema.parse(JSON.parse(result.stdout));
    },
    error() {
      return this.json(z.strictObject({ error: ErrorBody })).error;
    },
  };
}

/** Waits until `condition` holds; the time limit is only there to fail a test that would hang. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < limit, `waited too long for ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
