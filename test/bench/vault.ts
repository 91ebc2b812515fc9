import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitOnSignals } from '../../scripts/vscode/exit-on-signals.ts';
import type { RootFigures } from './figures.ts';
import { historyDirectory, save } from './history.ts';
import { fileSystemOf, machine } from './machine.ts';
import { contentOf, figuresOf, type Measured, measure, nothingMeasured, patience, timeOf } from './measure.ts';
import { flush } from './process.ts';
import { type Root, roots } from './roots.ts';
import { method, rootTable } from './tables.ts';
import { installedVersion, tools } from './tools.ts';

/**
 * Times the same jobs with Holdfast and with the tools that are installed. Machines are noisy: the ratios are what to look at.
 *
 *     npm run bench -- --root 100k --tool holdfast --tool restic --rounds 3 --directory /mnt/fast
 *     npm run bench -- --scale 0.01      a hundredth of each root: to see that it works
 *     npm run bench -- --save            and keep the figures in docs/benchmarks
 */
const { values } = parseArgs({
  options: {
    root: { type: 'string', multiple: true, default: ['10k', '100k', 'large'] },
    tool: { type: 'string', multiple: true, default: tools.map(tool => tool.name) },
    rounds: { type: 'string', default: '3' },
    directory: { type: 'string', default: tmpdir() },
    scale: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false },
    history: { type: 'string', default: historyDirectory },
  },
});
const rounds = Number(values.rounds);
const scale = Number(values.scale);

const wantedRoots = values.root.map(name => named(roots, name, 'root'));
const wantedTools = values.tool
  .map(name => named(tools, name, 'tool'))
  .flatMap(tool => {
    const version = installedVersion(tool);
    if (version === undefined) process.stderr.write(`${tool.name} is not installed\n`);
    return version === undefined ? [] : [{ tool, version }];
  });

function named<T extends { name: string }>(list: T[], name: string, what: string): T {
  const one = list.find(item => item.name === name);
  if (!one) throw new Error(`There is no ${what} ${name}, but ${list.map(item => item.name).join(', ')}.`);
  return one;
}

exitOnSignals();
const base = mkdtempSync(join(values.directory, 'holdfast-bench-'));
process.on('exit', () => rmSync(base, { recursive: true, force: true }));
/** Some file systems (ext4 for one) are ten times slower at making files for minutes after many were removed. */
const keeps = fileSystemOf(base) !== 'tmpfs';

process.stdout.write(`${machine(base)}\n`);
const figures: RootFigures[] = [];
for (const root of wantedRoots) {
  const one = await measureRoot(root);
  figures.push(one);
  process.stdout.write(`\n${one.root}: ${one.says}\n\n${rootTable(one).join('\n')}\n`);
}
process.stdout.write(`\n${method}\n`);
if (values.save) await save(values.history, { kind: 'vault', machine: machine(base), roots: figures });

async function measureRoot(root: Root): Promise<RootFigures> {
  const own = join(base, root.name);
  const place = { root: join(own, 'workspace', 'root') };
  process.stderr.write(`${root.name}: making ${root.says(scale)}\n`);
  root.make(place.root, scale);
  await flush(own);
  requireSpace(place.root);

  const all = wantedTools.map(({ tool, version }) => nothingMeasured(tool, version));
  for (let round = 0; round < rounds; round++) {
    for (const measured of rotated(all, round)) {
      if (round > 0 && measured.tool.name !== 'holdfast' && timeOf(measured) / round > patience) continue;
      process.stderr.write(`${root.name}: round ${round + 1} of ${rounds}, ${measured.tool.name}\n`);
      const scratch = join(own, `${measured.tool.name}-${round}`);
      await measure(
        measured,
        { ...place, scratch: join(scratch, 'scratch'), target: join(scratch, 'target') },
        root.changes,
        round,
      );
      if (!keeps) rmSync(scratch, { recursive: true });
    }
  }
  if (!keeps) rmSync(own, { recursive: true });
  const name = scale === 1 ? root.name : `${root.name} × ${scale}`;
  return { root: name, says: root.says(scale), tools: all.map(figuresOf) };
}

function rotated(all: Measured[], by: number): Measured[] {
  const first = by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** A repository and a restored tree for each tool and round: better to know before an hour has gone into it. */
function requireSpace(root: string): void {
  const { bavail, bsize } = statfsSync(base);
  const needed = contentOf(root).blocks * 2 * (keeps ? wantedTools.length * rounds : 1);
  if (bavail * bsize < needed) {
    throw new Error(
      `${values.directory} has ${(bavail * bsize) / 1e9} GB left, and ${needed / 1e9} GB may be needed. Fewer --rounds, or another --directory?`,
    );
  }
}
