import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFiles } from './roots.ts';

/**
 * Times bringing a tree into a root beside `cp -a` of the same tree, in turn: whole processes, medians, and the peak memory
 * of planning, applying and undoing. `cp` flushes nothing, so it is also shown with the flush that Holdfast makes.
 *
 *     npm run bench -- migrate --files 100000 --bytes 400 --rounds 3 --directory /mnt/fast
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '100000' },
    bytes: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
  },
});
const cli = join(import.meta.dirname, '../../dist/cli.cjs');
const base = mkdtempSync(join(values.directory, 'holdfast-bench-'));
/** Told by the process itself when it ends, so that nothing has to be installed to measure it. */
const report = join(base, 'report.cjs');
const peak = join(base, 'peak');

function timed(program: string, ...args: string[]): number {
  const started = performance.now();
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`);
  return (performance.now() - started) / 1000;
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

try {
  writeFileSync(
    report,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`,
  );
  const tree = join(base, 'tree');
  makeFiles(tree, Number(values.files), Number(values.bytes));
  timed('sync', '-f', base);
  const seconds = { cp: [] as number[], flushed: [] as number[], plan: [] as number[], apply: [] as number[] };
  const undo: number[] = [];
  const memory = { plan: 0, apply: 0, undo: 0 };
  for (let round = 0; round < Number(values.rounds); round++) {
    const own = join(base, String(round));
    mkdirSync(join(own, 'workspace'), { recursive: true });
    const cp = timed('cp', '-a', tree, join(own, 'copy'));
    seconds.cp.push(cp);
    seconds.flushed.push(cp + timed('sync', '-f', own));
    const holdfast = (verb: keyof typeof memory, root: string, ...args: string[]) => {
      const places = ['--workspace', join(own, 'workspace'), '--root', join(own, 'workspace', root), '--quiet'];
      const took = timed(process.execPath, '--require', report, cli, ...places, 'migrate', verb, ...args);
      memory[verb] = Math.max(memory[verb], Number(readFileSync(peak, 'utf8')) / 1024);
      return took;
    };
    seconds.plan.push(holdfast('plan', 'planned', '--from', tree));
    seconds.apply.push(holdfast('apply', 'root', '--from', tree));
    undo.push(holdfast('undo', 'root', 'latest', '--yes'));
  }
  const row = (name: string, took: number[], megabytes?: number) =>
    `| ${name} | ${median(took).toFixed(2)} s | ${(median(seconds.cp) / median(took)).toFixed(2)} | ${(median(seconds.flushed) / median(took)).toFixed(2)} | ${megabytes ? `${megabytes.toFixed(0)} MB` : '–'} |`;
  const lines = [
    `${values.files} files of ${values.bytes} bytes; medians of ${values.rounds}; whole processes; speed beside cp -a`,
    '',
    '| | time | speed of cp -a | of cp -a and a flush | peak memory |',
    '| --- | --- | --- | --- | --- |',
    row('cp -a', seconds.cp),
    row('cp -a; sync -f', seconds.flushed),
    row('holdfast migrate plan', seconds.plan, memory.plan),
    row('holdfast migrate apply', seconds.apply, memory.apply),
    row('holdfast migrate undo', undo, memory.undo),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  rmSync(base, { recursive: true, force: true });
}
