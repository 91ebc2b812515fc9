/** What is asked of every tool, in this order. */
export const jobs = ['first', 'unchanged', 'changed', 'restore'] as const;
export type Job = (typeof jobs)[number];

/** Those that write so much that it matters whether it has reached the disk. */
export const flushedJobs = ['first', 'restore'] as const;
export type FlushedJob = (typeof flushedJobs)[number];

/** What one tool took at one root: medians over `rounds`. */
export interface ToolFigures {
  name: string;
  version: string;
  rounds: number;
  seconds: Partial<Record<Job, number>>;
  /** The same, with what the tool left in memory written out too. */
  flushed: Partial<Record<FlushedJob, number>>;
  /** Bytes that the first snapshot takes. */
  stored: number;
  /** The highest of all rounds. */
  megabytes: Partial<Record<Job, number>>;
}

export interface RootFigures {
  root: string;
  says: string;
  tools: ToolFigures[];
}

/** What was measured at one number of files or snapshots. */
export interface GrowthPoint {
  count: number;
  seconds: Record<string, number>;
  megabytes: Record<string, number>;
}

export interface Growth {
  along: 'files' | 'snapshots';
  says: string;
  points: GrowthPoint[];
}

/** @throws for no numbers at all */
export function median(numbers: readonly number[]): number {
  const middle = numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
  if (middle === undefined) throw new Error('Nothing was measured.');
  return middle;
}

/** As many digits as a figure deserves that is a little different each time: `0.081 s`, `2.46 s`, `114 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 0.1) return `${seconds.toFixed(3)} s`;
  return `${seconds < 100 ? seconds.toFixed(2) : seconds.toFixed(0)} s`;
}

export function megabytesText(megabytes: number): string {
  return `${megabytes < 10 ? megabytes.toFixed(1) : megabytes.toFixed(0)} MB`;
}

export function ratioText(ratio: number): string {
  return `${ratio.toFixed(ratio < 1 ? 2 : 1)} ×`;
}
