import { type Job, jobs, type RootFigures, type ToolFigures } from './figures.ts';

export type Measure = Job | 'stored' | 'memory';

/** One of the goals that Holdfast has set itself, and how it stands. */
export interface Verdict {
  measure: Measure;
  /** As `≥ 3× faster than restic and borg`. */
  goal: string;
  met: boolean;
  /** What was seen, in the goal's own unit. */
  seen: string;
}

/** What Holdfast is to reach at one root. Goals beside a peer that was not measured are left out. */
export function verdicts(figures: RootFigures): Verdict[] {
  const ours = figures.tools.find(tool => tool.name === 'holdfast');
  if (!ours) return [];
  const root = figures.root.split(' ')[0]!;
  const isLarge = root === 'large';
  const all: (Verdict | undefined)[] = [];
  const faster = (measure: Job, factor: number, peers: string[]) =>
    all.push(fasterThan(figures, ours, measure, factor, peers));

  if (root !== 'huge') {
    faster('first', isLarge ? 2 : 3, ['restic', 'borg']);
    if (root === '100k') {
      faster('unchanged', 8, ['restic', 'borg']);
      all.push(withinGit(figures, ours, 1.5));
    } else {
      all.push(atMost('unchanged', ours.seconds.unchanged, 0.25, 's', 2));
    }
    const { unchanged, changed } = ours.seconds;
    if (unchanged !== undefined && changed !== undefined) {
      const more = (changed - unchanged) * 1000;
      const goal = '≤ unchanged + 50 ms';
      all.push({ measure: 'changed', goal, met: more <= 50, seen: `${more < 0 ? '' : '+'}${more.toFixed(0)} ms` });
    }
    faster('restore', 1.5, ['restic', 'borg', 'git']);
    const tar = figures.tools.find(tool => tool.name === 'tar+zstd');
    if (tar) {
      const ratio = ours.stored / tar.stored;
      all.push({ measure: 'stored', goal: '≤ 1.2 × tar+zstd', met: ratio <= 1.2, seen: `${ratio.toFixed(2)} ×` });
    }
  }
  const peaks = jobs.flatMap(job => ours.megabytes[job] ?? []);
  const limit = { '100k': 250, huge: 300 }[root];
  if (limit && peaks.length > 0) all.push(atMost('memory', Math.max(...peaks), limit, 'MB', 0));
  return all.filter(verdict => verdict !== undefined);
}

function fasterThan(
  { tools }: RootFigures,
  ours: ToolFigures,
  measure: Job,
  factor: number,
  peers: string[],
): Verdict | undefined {
  const measured = tools.filter(tool => peers.includes(tool.name) && tool.seconds[measure] !== undefined);
  const own = ours.seconds[measure];
  if (own === undefined || measured.length === 0) return undefined;
  const ratio = Math.min(...measured.map(tool => tool.seconds[measure]!)) / own;
  const goal = `≥ ${factor} × faster than ${measured.map(tool => tool.name).join(', ')}`;
  return { measure, goal, met: ratio >= factor, seen: `${ratio.toFixed(1)} ×` };
}

function withinGit({ tools }: RootFigures, ours: ToolFigures, factor: number): Verdict | undefined {
  const git = tools.find(tool => tool.name === 'git')?.seconds.unchanged;
  const own = ours.seconds.unchanged;
  if (git === undefined || own === undefined) return undefined;
  const seen = `${(own / git).toFixed(1)} ×`;
  return { measure: 'unchanged', goal: `≤ ${factor} × git`, met: own / git <= factor, seen };
}

function atMost(
  measure: Measure,
  value: number | undefined,
  limit: number,
  unit: string,
  digits: number,
): Verdict | undefined {
  if (value === undefined) return undefined;
  return { measure, goal: `≤ ${limit} ${unit}`, met: value <= limit, seen: `${value.toFixed(digits)} ${unit}` };
}

export function verdictText({ goal, met, seen }: Verdict): string {
  return `${goal}: ${met ? 'met' : '**not met**'}, ${seen}`;
}
