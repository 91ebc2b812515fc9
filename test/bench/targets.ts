import { type Job, jobs, type RootFigures } from './figures.ts';

export type Measure = Job | 'stored' | 'memory';

/** One of the goals that Holdfast has set itself, and how it stands. */
export interface Verdict {
  measure: Measure;
  /** As `≥ 3 ×`. */
  limit: string;
  /** What the limit is beside, as `faster than restic, borg`; empty where it is absolute. */
  beside: string;
  met: boolean;
  /** What was seen, in the unit of the limit. */
  seen: string;
}

/** What Holdfast is to reach at one root. Goals beside peers that were not measured are left out. */
export function verdicts({ root, tools }: RootFigures): Verdict[] {
  const ours = tools.find(tool => tool.name === 'holdfast');
  if (!ours) return [];
  const found: Verdict[] = [];
  const secondsOf = (measure: Job, names: string[]) =>
    tools
      .filter(tool => names.includes(tool.name))
      .flatMap(({ name, seconds }) => (seconds[measure] === undefined ? [] : [{ name, seconds: seconds[measure] }]));
  const faster = (measure: Job, factor: number, names: string[]) => {
    const peers = secondsOf(measure, names);
    const own = ours.seconds[measure];
    if (own === undefined || peers.length === 0) return;
    const ratio = Math.min(...peers.map(peer => peer.seconds)) / own;
    const beside = `faster than ${peers.map(peer => peer.name).join(', ')}`;
    found.push({ measure, limit: `≥ ${factor} ×`, beside, met: ratio >= factor, seen: `${ratio.toFixed(1)} ×` });
  };
  const atMost = (measure: Measure, limit: number, unit: string, value: number | undefined, beside = '') => {
    if (value === undefined || !Number.isFinite(value)) return;
    const seen = `${value.toFixed(unit === 'MB' || unit === 'ms' ? 0 : 2)} ${unit}`;
    found.push({ measure, limit: `≤ ${limit} ${unit}`, beside, met: value <= limit, seen });
  };

  const kind = root.split(' ')[0];
  const peak = Math.max(...jobs.flatMap(job => ours.megabytes[job] ?? []));
  if (kind === 'huge') {
    atMost('memory', 300, 'MB', peak);
    return found;
  }
  faster('first', kind === 'large' ? 2 : 3, ['restic', 'borg']);
  const { unchanged, changed } = ours.seconds;
  if (kind === '100k') {
    faster('unchanged', 8, ['restic', 'borg']);
    const git = secondsOf('unchanged', ['git'])[0];
    if (git && unchanged !== undefined) atMost('unchanged', 1.5, '×', unchanged / git.seconds, 'beside git');
  } else {
    atMost('unchanged', 0.25, 's', unchanged);
  }
  if (unchanged !== undefined && changed !== undefined) {
    atMost('changed', 50, 'ms', (changed - unchanged) * 1000, 'more than unchanged');
  }
  faster('restore', 1.5, ['restic', 'borg', 'git']);
  const archive = tools.find(tool => tool.name === 'tar+zstd');
  if (archive) atMost('stored', 1.2, '×', ours.stored / archive.stored, 'beside tar+zstd');
  if (kind === '100k') atMost('memory', 250, 'MB', peak);
  return found;
}
