import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawGrowth, drawRoot } from './drawings.ts';
import type { Growth, RootFigures } from './figures.ts';
import type { Run, Saved } from './history.ts';
import { pictureOf } from './picture.ts';
import { goalTable, growthTable, method, rootTable } from './tables.ts';

/** Writes `README.md` and the drawings beside the history: of each root and each growth the newest figures. */
export async function writePages(directory: string, history: (Saved & Run)[]): Promise<void> {
  const roots = newestRoots(history);
  const page = [intro];
  if (roots.length > 0) page.push(goalTable(roots.map(({ part }) => part)).join('\n'));
  for (const { run, part } of roots) {
    writeFileSync(join(directory, drawingOf(part)), await drawRoot(part));
    page.push(
      `## ${part.root}: ${part.says}`,
      `![${part.root}](${drawingOf(part)})`,
      rootTable(part).join('\n'),
      origin(run),
    );
  }
  page.push('## How it was measured', method);
  for (const { run, part } of newestGrowths(history)) {
    const drawing = `growth-${part.along}.svg`;
    writeFileSync(join(directory, drawing), await drawGrowth(part));
    const title = growthTitle(part);
    page.push(`## ${title}`, capital(part.says), `![${title}](${drawing})`, growthTable(part).join('\n'), origin(run));
  }
  writeFileSync(join(directory, 'README.md'), `${[...page, outro].join('\n\n')}\n`);
}

const marks = ['<!-- written by npm run bench -- --save -->', '<!-- as far as here -->'] as const;

/**
 * Puts the goals and how they stand between the marks in the project's own README, below the picture of one root, and the
 * curves of growth after them.
 */
export function writeGoals(readme: string, history: (Saved & Run)[]): void {
  const shown = shownRoot(history);
  if (!shown) return;
  const text = readFileSync(readme, 'utf8');
  const [from, to] = marks.map(mark => text.indexOf(mark)) as [number, number];
  if (from < 0 || to < from)
    throw new Error(`${readme} lacks the marks between which the goals stand: ${marks.join(' ')}`);
  const goals = [
    `![${capital(shown.part.says)} Holdfast beside other tools](docs/benchmarks/shown.png)`,
    `${capital(shown.part.says)} On ${shown.run.machine}. What Holdfast aims at, and where it stands:`,
    goalTable(newestRoots(history).map(({ part }) => part)).join('\n'),
    ...newestGrowths(history).map(({ part }) => `![${growthTitle(part)}](docs/benchmarks/growth-${part.along}.png)`),
  ];
  writeFileSync(readme, `${text.slice(0, from)}${marks[0]}\n${goals.join('\n\n')}\n${text.slice(to)}`);
}

/** What the README shows, as pictures that may stand there. */
export async function writePictures(directory: string, history: (Saved & Run)[], project: string): Promise<void> {
  const write = async (name: string, svg: string) =>
    writeFileSync(join(directory, `${name}.png`), await pictureOf(svg, project));
  const shown = shownRoot(history);
  if (shown) await write('shown', await drawRoot(shown.part));
  for (const { part } of newestGrowths(history)) await write(`growth-${part.along}`, await drawGrowth(part));
}

function shownRoot(history: (Saved & Run)[]) {
  const roots = newestRoots(history);
  return roots.find(({ part }) => part.root === '100k') ?? roots[0];
}

const newestRoots = (history: (Saved & Run)[]) => [
  ...newest(
    history,
    run => (run.kind === 'vault' ? run.roots : []),
    part => part.root,
  ),
];

const newestGrowths = (history: (Saved & Run)[]) => [
  ...newest(
    history,
    run => (run.kind === 'growth' ? run.growth : []),
    part => part.along,
  ),
];

const growthTitle = ({ along }: Growth) => `How cost grows with the number of ${along}`;

const drawingOf = ({ root }: RootFigures) => `${root.replaceAll(/[^\w.]+/g, '-')}.svg`;

/** The newest part of each name, in the order in which the names first came. */
function newest<T>(history: (Saved & Run)[], partsOf: (run: Run) => T[], nameOf: (part: T) => string) {
  const found = new Map<string, { run: Saved & Run; part: T }>();
  for (const run of history) {
    for (const part of partsOf(run)) found.set(nameOf(part), { run, part });
  }
  return found.values();
}

const capital = (words: string) => `${words[0]!.toUpperCase()}${words.slice(1)}.`;
const origin = ({ at, version, commit, machine }: Saved & Run) =>
  `Measured on ${at.slice(0, 10)}: Holdfast ${version} (${commit || 'no commit'}) on ${machine}.`;

const intro = `# Benchmarks

Written by \`npm run bench -- --save\` and \`npm run bench -- growth --save\`; do not edit. Every run is a line of
[history.jsonl](history.jsonl), and here is the newest of each root. Other machines give other times: the ratios are what to
look at. With whatever of restic, borg, git, tar and zstd is installed:

\`\`\`
npm run bench                               # three roots; --root, --tool, --rounds, --directory
npm run bench -- --scale 0.01               # a hundredth of each, to see that it works
npm run bench -- --root huge                # one file of 4 GiB
npm run bench -- growth --files 1000,1000000 --snapshots 1,100,10000
npm run bench -- migrate                    # a migration, beside cp -a
\`\`\``;

const outro = `The drawings are made by [Vega-Lite](https://vega.github.io/vega-lite/), which draws SVG without a browser and takes 24 MB
where it is installed, for development only (ECharts, which can as well, takes 66 MB).`;
