import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Written } from '../../protocol/guard.ts';
import { type Context, vaultName } from '../context.ts';
import { isAbsent, systemCode } from '../errors.ts';
import { legacySources } from '../legacy/sources.ts';
import { systemPath } from '../names.ts';
import { shownPath } from '../root/shown-path.ts';
import { walkFiles } from '../root/walk-files.ts';

export interface Guarded {
  guarded: Written['guarded'];
  /** Differs after any write, also one of the same bytes. */
  state: string;
}

export interface GuardOptions {
  /** Absolute paths of the files that git tracks. */
  tracked: readonly string[];
  /** Globs relative to the workspace. */
  watch: readonly string[];
  /** An earlier state: its files are looked at again, whether or not they would be found by now. */
  earlier?: ReadonlyMap<string, Guarded>;
}

/** The state of every file that a command must not write: legacy sources, tracked files, and what was named. */
export function guardedState(context: Context, { tracked, watch, earlier }: GuardOptions): Map<string, Guarded> {
  const { fs } = context.ports;
  const files = new Map<string, Guarded>();
  const add = (absolute: string, guarded: Written['guarded']) => {
    if (files.has(absolute)) return;
    const stat = lstat(context, absolute);
    // A directory that git tracks is another repository.
    if (stat && !stat.isDirectory()) files.set(absolute, { guarded, state: stateOf(stat) });
    else if (stat && guarded === 'legacy') {
      const isRoot = (inside: string) => path.join(absolute, inside) === context.root;
      walkFiles(fs, absolute, inside => add(path.join(absolute, inside), guarded), isRoot);
    }
  };
  for (const { entries } of legacySources(context)) {
    for (const { source, upgrade } of entries) for (const one of [source, ...(upgrade?.with ?? [])]) add(one, 'legacy');
  }
  for (const absolute of tracked) add(absolute, 'tracked');
  if (watch.length > 0) {
    const isWatched = picomatch([...watch], { dot: true, windows: false, flags: 's' });
    const skip = (inside: string) => ['.git', vaultName].includes(path.posix.basename(inside));
    const visit = (inside: string) => isWatched(inside) && add(path.join(context.workspace, inside), 'watched');
    walkFiles(fs, context.workspace, visit, skip);
  }
  for (const [absolute, { guarded }] of earlier ?? []) add(absolute, guarded);
  return files;
}

/** What was written between two states, sorted by path. */
export function writtenBetween(
  context: Context,
  before: ReadonlyMap<string, Guarded>,
  after: ReadonlyMap<string, Guarded>,
): Written[] {
  const written: Written[] = [];
  const report = (absolute: string, change: Written['change'], guarded: Written['guarded']) =>
    written.push({ path: shownPath(context.workspace, absolute), change, guarded });
  for (const [absolute, { guarded, state }] of after) {
    const old = before.get(absolute);
    if (!old) report(absolute, 'created', guarded);
    else if (old.state !== state) report(absolute, 'modified', old.guarded);
  }
  for (const [absolute, { guarded }] of before) if (!after.has(absolute)) report(absolute, 'deleted', guarded);
  return written.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

function lstat({ ports }: Context, absolute: string): BigIntStats | undefined {
  try {
    return ports.fs.lstatSync(systemPath(absolute), { bigint: true });
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
