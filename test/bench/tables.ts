import {
  flushedJobs,
  type Growth,
  type Job,
  jobs,
  megabytesText,
  type RootFigures,
  ratioText,
  secondsText,
  type ToolFigures,
} from './figures.ts';
import { patience } from './measure.ts';
import { type Measure, type Verdict, verdicts } from './targets.ts';

export const jobNames: Record<Job, string> = {
  first: 'first snapshot',
  unchanged: 'unchanged',
  changed: 'one file changed',
  restore: 'restore',
};

const measureNames: Record<Measure, string> = { ...jobNames, stored: 'stored', memory: 'peak memory' };

/** The goals of Holdfast and how they stand: a row for each, a column for each root. */
export function goalTable(roots: RootFigures[]): string[] {
  const goals = roots.map(verdicts);
  const nameOf = ({ measure, beside }: Verdict) => `${measureNames[measure]}${beside && `, ${beside}`}`;
  const names = new Set(
    Object.keys(measureNames).flatMap(measure =>
      goals
        .flat()
        .filter(goal => goal.measure === measure)
        .map(nameOf),
    ),
  );
  return [
    `| ${['', ...roots.map(one => one.root)].join(' | ')} |`,
    `|${' --- |'.repeat(roots.length + 1)}`,
    ...[...names].map(name => {
      const cells = goals.map(list => {
        const goal = list.find(one => nameOf(one) === name);
        return goal ? `${goal.seen}: ${metText(goal)} (${goal.limit})` : '';
      });
      return `| ${[name, ...cells].join(' | ')} |`;
    }),
  ];
}

const metText = ({ met }: Verdict) => (met ? 'met' : '**not met**');

/** A table in Markdown: a row for each thing measured, a column for each tool, with its ratio to Holdfast. */
export function rootTable(figures: RootFigures): string[] {
  const { tools } = figures;
  const goals = verdicts(figures);
  const ours = tools.find(tool => tool.name === 'holdfast');
  const row = (
    name: string,
    of: (tool: ToolFigures) => number | undefined,
    text: (value: number) => string,
    measure?: Measure,
  ) => {
    const own = ours && of(ours);
    const cells = tools.map(tool => {
      const value = of(tool);
      if (value === undefined) return '–';
      return tool === ours || own === undefined ? text(value) : `${text(value)} (${ratioText(value / own)})`;
    });
    const judged = goals
      .filter(goal => goal.measure === measure)
      .map(goal => `${[goal.limit, goal.beside].filter(Boolean).join(' ')}: ${metText(goal)}, ${goal.seen}`);
    return `| ${[name, ...cells, judged.join('<br>')].join(' | ')} |`;
  };
  const rounds = new Set(tools.map(tool => tool.rounds));
  return [
    `| ${['', ...tools.map(tool => `${tool.name} ${tool.version}`), 'goal of Holdfast'].join(' | ')} |`,
    `|${' --- |'.repeat(tools.length + 2)}`,
    ...jobs.map(job => row(jobNames[job], tool => tool.seconds[job], secondsText, job)),
    ...flushedJobs.map(job => row(`${jobNames[job]}, written out`, tool => tool.flushed[job], secondsText)),
    row('stored', tool => tool.stored / 1e6, megabytesText, 'stored'),
    ...jobs.map((job, at) =>
      row(`memory: ${jobNames[job]}`, tool => tool.megabytes[job], megabytesText, at === 0 ? 'memory' : undefined),
    ),
    rounds.size > 1 ? row('rounds', tool => tool.rounds, String).replaceAll(/ \([\d.]+ ×\)/g, '') : '',
  ].filter(Boolean);
}

/** How what the tables say was measured. */
export const method = [
  'Whole processes, each tool with the settings that it comes with; medians of the rounds, in brackets as a multiple of',
  'Holdfast. The tools take turns in another order each round. What they read is in memory already, as files are that were just',
  'worked on. Restores go into an empty directory and are compared by number of files and bytes. The changed file is a small one.',
  '',
  'Before the next job begins, everything is written out to the disk. Holdfast flushes what it stores and what it restores before',
  'it says that it is done; restic and borg flush what they store; no other tool flushes what it restores. The goals are judged by',
  'the plain times all the same; "written out" adds what `sync -f` takes after the tool has ended.',
  '',
  'Memory is the most that any one process of a command held in any round (`VmHWM`, looked at every 10 ms; "–" for those that end',
  `sooner). tar+zstd knows no unchanged files: each of its archives is a first one. A peer that takes more than ${patience} seconds for a`,
  'round is measured once.',
].join('\n');

/** A row for each number of files or snapshots, with the peak memory beside each time. */
export function growthTable({ along, points }: Growth): string[] {
  const names = Object.keys(points[0]?.seconds ?? {});
  return [
    `| ${[along, ...names].join(' | ')} |`,
    `|${' ---: |'.repeat(names.length + 1)}`,
    ...points.map(({ count, seconds, megabytes }) => {
      const cells = names.map(name => {
        const memory = megabytes[name] === undefined ? '' : `, ${megabytesText(megabytes[name])}`;
        return seconds[name] === undefined ? '–' : `${secondsText(seconds[name])}${memory}`;
      });
      return `| ${[count.toLocaleString('en'), ...cells].join(' | ')} |`;
    }),
  ];
}
