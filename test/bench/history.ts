import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Growth, RootFigures } from './figures.ts';

const project = join(import.meta.dirname, '../..');
export const historyDirectory = join(project, 'docs/benchmarks');

/** One run of a benchmark: one line of `history.jsonl`. */
export type Run = VaultRun | GrowthRun;
export interface VaultRun {
  kind: 'vault';
  machine: string;
  roots: RootFigures[];
}
export interface GrowthRun {
  kind: 'growth';
  machine: string;
  growth: Growth[];
}

/** When it was, and of which source. */
export interface Saved {
  at: string;
  version: string;
  commit: string;
}

/** Adds a run to the history in `directory`, and writes its page, its drawings and what the README shows anew from all of it. */
export async function save(directory: string, run: Run): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const git = (...args: string[]) => spawnSync('git', args, { cwd: project, encoding: 'utf8' }).stdout?.trim() ?? '';
  const isChanged = git('status', '--porcelain', '--', 'src', 'package.json') !== '';
  const commit = `${git('rev-parse', '--short', 'HEAD')}${isChanged ? ' and changes' : ''}`;
  const saved: Saved = { at: new Date().toISOString(), version, commit };
  appendFileSync(historyFile(directory), `${JSON.stringify({ ...saved, ...run })}\n`);
  const { writeGoals, writePages, writePictures } = await import('./pages.ts');
  const history = readHistory(directory);
  await writePages(directory, history);
  if (directory !== historyDirectory) return;
  writeGoals(join(project, 'README.md'), history);
  await writePictures(directory, history, project);
}

const historyFile = (directory: string) => join(directory, 'history.jsonl');

/** The oldest first. */
export function readHistory(directory: string): (Saved & Run)[] {
  const lines = readFileSync(historyFile(directory), 'utf8').split('\n');
  return lines.filter(Boolean).map(line => JSON.parse(line));
}
