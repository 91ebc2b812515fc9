import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlushedJob, type Job, median, type ToolFigures } from './figures.ts';
import { type Cost, flush, runAll } from './process.ts';
import { change } from './roots.ts';
import type { Place, Tool } from './tools.ts';

/** A peer whose rounds take longer than this, in seconds, is measured once. */
export const patience = 50;

/** What the rounds of one tool at one root came to. */
export interface Measured {
  tool: Tool;
  version: string;
  costs: Record<Job, Cost[]>;
  flushed: Record<FlushedJob, number[]>;
  stored: number;
}

export const nothingMeasured = (tool: Tool, version: string): Measured => ({
  tool,
  version,
  costs: { first: [], unchanged: [], changed: [], restore: [] },
  flushed: { first: [], restore: [] },
  stored: 0,
});

/**
 * One round. What each job left in memory is written out before the next one begins, so that nobody pays for another's
 * writing. The root is left as it was, but for the one file that changed.
 *
 * @throws when a tool fails, or restores other than what there was
 */
export async function measure(measured: Measured, place: Place, changes: string, round: number): Promise<void> {
  const { tool, costs, flushed } = measured;
  for (const directory of [place.scratch, place.target]) mkdirSync(directory, { recursive: true });
  const env = environment(place.scratch);
  const inRoot = { cwd: place.root, env };
  for (const command of tool.prepare?.(place) ?? []) await runAll([command], inRoot);

  const snapshot = async (job: Exclude<Job, 'restore'>) => {
    const cost = await runAll(tool.snapshot(place, job), inRoot);
    costs[job].push(cost);
    const flushing = await flush(place.root);
    if (job === 'first') flushed.first.push(cost.seconds + flushing.seconds);
  };
  await snapshot('first');
  measured.stored = contentOf(tool.repository(place)).bytes;
  if (!tool.isAlwaysFirst) {
    await snapshot('unchanged');
    change(join(place.root, changes), round);
    await snapshot('changed');
  }
  const cost = await runAll(tool.restore(place, tool.isAlwaysFirst ? 'first' : 'changed'), { cwd: place.target, env });
  costs.restore.push(cost);
  flushed.restore.push(cost.seconds + (await flush(place.target)).seconds);
  const expected = contentOf(place.root);
  const restored = contentOf(place.target);
  if (expected.files !== restored.files || expected.bytes !== restored.bytes) {
    throw new Error(`${tool.name} restored ${JSON.stringify(restored)} of ${JSON.stringify(expected)}`);
  }
  const vault = join(place.root, '.holdfast');
  if (existsSync(vault)) renameSync(vault, join(place.scratch, 'vault'));
}

/** A fresh user's, so that no settings or caches of this one count. */
export function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    TMPDIR: tmpdir(),
    HOME: home,
    RESTIC_PASSWORD: 'bench',
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
}

/** Regular files below a path and their bytes, without a vault in it; `blocks` is what they take on disk, in bytes. */
export function contentOf(path: string): { files: number; bytes: number; blocks: number } {
  const stat = lstatSync(path);
  const content = stat.isDirectory()
    ? { files: 0, bytes: 0, blocks: 0 }
    : { files: 1, bytes: stat.size, blocks: stat.blocks * 512 };
  if (!stat.isDirectory()) return content;
  for (const name of readdirSync(path)) {
    if (name === '.holdfast') continue;
    const below = contentOf(join(path, name));
    content.files += below.files;
    content.bytes += below.bytes;
    content.blocks += below.blocks;
  }
  return content;
}

/** How long all that was timed took, in seconds. */
export function timeOf({ costs }: Measured): number {
  return Object.values(costs)
    .flat()
    .reduce((sum, cost) => sum + cost.seconds, 0);
}

export function figuresOf({ tool, version, costs, flushed, stored }: Measured): ToolFigures {
  const done = Object.entries(costs).filter(([, list]) => list.length > 0);
  const highest = (list: Cost[]) => list.flatMap(cost => cost.megabytes ?? []);
  return {
    name: tool.name,
    version,
    rounds: costs.first.length,
    seconds: Object.fromEntries(done.map(([job, list]) => [job, rounded(median(list.map(cost => cost.seconds)), 4)])),
    flushed: { first: rounded(median(flushed.first), 4), restore: rounded(median(flushed.restore), 4) },
    stored,
    megabytes: Object.fromEntries(
      done.flatMap(([job, list]) =>
        highest(list).length > 0 ? [[job, rounded(Math.max(...highest(list)), 1)] as const] : [],
      ),
    ),
  };
}

/** So that the history says no more digits than were measured. */
export function rounded(number: number, digits: number): number {
  return Number(number.toFixed(digits));
}
