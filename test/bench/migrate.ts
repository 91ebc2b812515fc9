import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import { median, megabytesText, secondsText } from './figures.ts';
import { environment } from './measure.ts';
import { type Cost, flush, runAll } from './process.ts';
import { makeFiles } from './roots.ts';
import { holdfast } from './tools.ts';

/**
 * Times bringing a tree into a root beside `cp -a` of the same tree, in turn: whole processes, medians, and the peak memory. `cp` flushes nothing, so it is also shown with the flush that Holdfast makes.
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
exitOnSignals();
const base = mkdtempSync(join(values.directory, 'holdfast-bench-'));
process.on('exit', () => rmSync(base, { recursive: true, force: true }));
const surroundings = { cwd: base, env: environment(base) };

const tree = join(base, 'tree');
makeFiles(tree, Number(values.files), Number(values.bytes));
await flush(base);
const cp: Cost[] = [];
const flushed: Cost[] = [];
const plan: Cost[] = [];
const apply: Cost[] = [];
const undo: Cost[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const own = join(base, String(round));
  const workspace = join(own, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const copying = await runAll([['cp', '-a', tree, join(own, 'copy')]], surroundings);
  cp.push(copying);
  flushed.push({ ...copying, seconds: copying.seconds + (await flush(own)).seconds });
  const migrate = (root: string, ...args: string[]) =>
    runAll([holdfast(join(workspace, root), 'migrate', ...args)], surroundings);
  plan.push(await migrate('planned', 'plan', '--from', tree));
  apply.push(await migrate('root', 'apply', '--from', tree));
  undo.push(await migrate('root', 'undo', 'latest', '--yes'));
}

const secondsOf = (costs: Cost[]) => median(costs.map(cost => cost.seconds));
const row = (name: string, costs: Cost[]) => {
  const megabytes = costs.flatMap(cost => cost.megabytes ?? []);
  const cells = [
    name,
    secondsText(secondsOf(costs)),
    ...[cp, flushed].map(beside => (secondsOf(beside) / secondsOf(costs)).toFixed(2)),
    megabytes.length > 0 ? megabytesText(Math.max(...megabytes)) : '–',
  ];
  return `| ${cells.join(' | ')} |`;
};
const lines = [
  `${values.files} files of ${values.bytes} bytes; medians of ${values.rounds}; whole processes; speed beside cp -a`,
  '',
  '| | time | speed of cp -a | of cp -a and a flush | peak memory |',
  '| --- | --- | --- | --- | --- |',
  row('cp -a', cp),
  row('cp -a; sync -f', flushed),
  row('holdfast migrate plan', plan),
  row('holdfast migrate apply', apply),
  row('holdfast migrate undo', undo),
];
process.stdout.write(`${lines.join('\n')}\n`);
