import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import type { Context } from '../../src/engine/context.ts';
import { openContext } from '../../src/engine/root/open.ts';
import { createSnapshot } from '../../src/engine/snapshots/create.ts';
import { listSnapshots } from '../../src/engine/snapshots/list.ts';
import { nodePorts } from '../../src/node-ports.ts';
import { CreateSnapshot } from '../../src/protocol/snapshots.ts';
import { type Growth, type GrowthPoint, median } from './figures.ts';
import { historyDirectory, save } from './history.ts';
import { machine } from './machine.ts';
import { environment, rounded } from './measure.ts';
import { type Cost, flush, runAll } from './process.ts';
import { change, makeSmallFiles, smallFile } from './roots.ts';
import { growthTable } from './tables.ts';
import { holdfast } from './tools.ts';

/**
 * How the cost of each command grows with the number of files, and with the number of snapshots. Whole processes.
 *
 *     npm run bench -- growth --files 1000,10000 --snapshots 1,10,100 --rounds 3 --directory /mnt/fast
 *     npm run bench -- growth --save     and keep the figures in docs/benchmarks
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000,10000,100000' },
    snapshots: { type: 'string', default: '1,10,100,1000' },
    rounds: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
    save: { type: 'boolean', default: false },
    history: { type: 'string', default: historyDirectory },
  },
});
const rounds = Number(values.rounds);
const numbersOf = (list: string) => list.split(',').filter(Boolean).map(Number);
/** Of the root in which snapshots are counted. */
const filesBesideSnapshots = 1000;

exitOnSignals();
const base = mkdtempSync(join(values.directory, 'holdfast-bench-'));
process.on('exit', () => rmSync(base, { recursive: true, force: true }));

const alongFiles: Growth = { along: 'files', says: `small JSON files; medians of ${rounds}`, points: [] };
for (const count of numbersOf(values.files)) alongFiles.points.push(await atFiles(count));
const alongSnapshots: Growth = {
  along: 'snapshots',
  says: `of ${filesBesideSnapshots.toLocaleString('en')} files, one of which changed before each; medians of ${rounds}`,
  points: [],
};
await withSnapshots(numbersOf(values.snapshots).toSorted((a, b) => a - b));

const growth = [alongFiles, alongSnapshots].filter(one => one.points.length > 0);
const lines = growth.flatMap(one => ['', `Along ${one.along}: ${one.says}`, '', ...growthTable(one)]);
process.stdout.write(`${machine(base)}\n${lines.join('\n')}\n`);
if (values.save) await save(values.history, { kind: 'growth', machine: machine(base), growth });

/** What is written is not removed before the end: some file systems are slow for minutes after that. */
async function atFiles(count: number): Promise<GrowthPoint> {
  const own = join(base, `files-${count}`);
  const root = join(own, 'workspace', 'root');
  process.stderr.write(`${count.toLocaleString('en')} files: making them\n`);
  makeSmallFiles(root, count);
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${count.toLocaleString('en')} files: round ${round + 1} of ${rounds}\n`);
    const restored = join(own, `restored-${round}`);
    await timed(costs, 'first snapshot', root, 'snapshot', 'create');
    await timed(costs, 'unchanged', root, 'snapshot', 'create');
    change(join(root, smallFile(0)), round);
    await timed(costs, 'one file changed', root, 'snapshot', 'create');
    await timed(costs, 'restore', root, 'snapshot', 'restore', 'latest', '--to', restored, '--yes');
    await timed(costs, 'verify', root, 'vault', 'verify');
    await timed(costs, 'verify every byte', root, 'vault', 'verify', '--read-data');
    renameSync(join(root, '.holdfast'), join(own, `vault-${round}`));
  }
  return pointOf(count, costs);
}

/** The snapshots between the marks are made in this process, where one costs milliseconds. */
async function withSnapshots(marks: number[]): Promise<void> {
  const workspace = join(base, 'snapshots', 'workspace');
  const root = join(workspace, 'root');
  makeSmallFiles(root, filesBesideSnapshots);
  const context = openContext(nodePorts(), { workspace, rootFlag: root });
  let made = 0;
  const changeNext = () => change(join(root, smallFile(made % filesBesideSnapshots)), made++);
  for (const mark of marks) {
    process.stderr.write(`${mark.toLocaleString('en')} snapshots\n`);
    while (made < mark) {
      changeNext();
      await createSnapshot(context, CreateSnapshot.parse({}), {});
    }
    alongSnapshots.points.push(await atSnapshots(context, mark, changeNext));
  }
}

async function atSnapshots(context: Context, mark: number, changeNext: () => void): Promise<GrowthPoint> {
  const { root } = context;
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round++) {
    changeNext();
    await timed(costs, 'create', root, 'snapshot', 'create');
  }
  const [newer, older] = listSnapshots(context, { limit: 2 }).snapshots;
  for (let round = 0; round < rounds; round++) {
    await timed(costs, 'list', root, 'snapshot', 'list');
    await timed(costs, 'diff of neighbours', root, 'snapshot', 'diff', older!.id, newer!.id);
    await timed(costs, 'verify', root, 'vault', 'verify');
    await timed(costs, 'plan of prune', root, 'vault', 'prune', '--keep-last', '5', '--dry-run');
  }
  return pointOf(mark, costs);
}

async function timed(costs: Map<string, Cost[]>, name: string, root: string, ...args: string[]): Promise<void> {
  const cost = await runAll([holdfast(root, ...args)], { cwd: root, env: environment(base) });
  costs.set(name, [...(costs.get(name) ?? []), cost]);
  await flush(root);
}

function pointOf(count: number, costs: Map<string, Cost[]>): GrowthPoint {
  const point: GrowthPoint = { count, seconds: {}, megabytes: {} };
  for (const [name, list] of costs) {
    point.seconds[name] = rounded(median(list.map(cost => cost.seconds)), 4);
    const megabytes = list.flatMap(cost => cost.megabytes ?? []);
    if (megabytes.length > 0) point.megabytes[name] = rounded(Math.max(...megabytes), 1);
  }
  return point;
}
