import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { arch, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSmallFiles } from './roots.ts';
import { isInstalled, type Place, type Tool, tools } from './tools.ts';

/**
 * Times the same job with Holdfast and with the tools that are installed: whole processes, several rounds in turn,
 * medians and their ratio to Holdfast. Machines are noisy: the ratios are what to look at.
 *
 *     npm run bench -- --files 10000 --rounds 3 --directory /mnt/fast
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const files = Number(values.files);
const rounds = Number(values.rounds);

interface Figures {
  first: number[];
  again: number[];
  restore: number[];
  bytes: number;
}

/** In fresh directories, and what was written is removed only at the very end: some file systems (ext4 for one) are ten
 * times slower at making files for minutes after many were removed. */
function measure(tool: Tool, place: Place, figures: Figures): void {
  for (const directory of [place.scratch, place.target]) mkdirSync(directory, { recursive: true });
  const vault = join(place.root, '.holdfast');
  if (existsSync(vault)) renameSync(vault, join(place.scratch, 'vault-of-before'));
  for (const command of tool.prepare?.(place) ?? []) run(command, place);
  figures.first.push(timed(tool.first(place), place));
  figures.again.push(timed(tool.again(place), place));
  figures.bytes = bytesOf(tool.repository(place));
  if (tool.restore) figures.restore.push(timed(tool.restore(place), place));
}

function timed(commands: string[][], place: Place): number {
  const started = performance.now();
  for (const command of commands) run(command, place);
  return (performance.now() - started) / 1000;
}

function run([program, ...args]: string[], { root, scratch }: Place): void {
  const env = {
    ...process.env,
    HOME: scratch,
    RESTIC_PASSWORD: 'bench',
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
  const done = spawnSync(program!, args, { cwd: root, env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
}

function bytesOf(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const base = mkdtempSync(join(values.directory, 'holdfast-bench-'));
try {
  const root = join(base, 'workspace', 'root');
  makeSmallFiles(root, files);
  const all = new Map(
    tools.filter(isInstalled).map(tool => [tool, { first: [], again: [], restore: [], bytes: 0 } as Figures]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [tool, figures] of all) {
      const own = join(base, `${tool.name}-${round}`);
      measure(tool, { root, scratch: join(own, 'scratch'), target: join(own, 'target') }, figures);
    }
  }
  const [ours] = all.values();
  const cell = (seconds: number[], own: number[]) => {
    const value = median(seconds);
    return value === undefined ? '–' : `${value.toFixed(2)} s (${(value / median(own)!).toFixed(1)}×)`;
  };
  const lines = [
    `${files} small JSON files, ${(bytesOf(root) / 1e6).toFixed(0)} MB; medians of ${rounds}; whole processes`,
    `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()} ${arch()}, Node ${process.version}`,
    '',
    '| tool | first snapshot | unchanged | restore | stored |',
    '| --- | --- | --- | --- | --- |',
    ...[...all].map(
      ([{ name }, { first, again, restore, bytes }]) =>
        `| ${name} | ${cell(first, ours!.first)} | ${cell(again, ours!.again)} | ${cell(restore, ours!.restore)} | ${(bytes / 1e6).toFixed(1)} MB |`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  rmSync(base, { recursive: true, force: true });
}
