import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Written } from '../../protocol/guard.ts';
import { type Context, vaultName } from '../context.ts';
import { isAbsent, systemCode } from '../errors.ts';
import { isWithin, systemPath } from '../names.ts';
import { profileView } from '../profile-view.ts';
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
}

/** The state of every file that a command must not write: legacy sources, tracked files, and what was named. */
export function guardedState(context: Context, { tracked, watch }: GuardOptions): Map<string, Guarded> {
  const files = new Map<string, Guarded>();
  const add = (absolute: string, guarded: Written['guarded']) => {
    if (files.has(absolute)) return;
    const stat = lstat(context, absolute);
    if (stat?.isDirectory())
      walkFiles(
        context.ports.fs,
        absolute,
        inside => add(`${absolute}/${inside}`, guarded),
        () => false,
      );
    else if (stat) files.set(absolute, { guarded, state: stateOf(stat) });
  };
  for (const source of context.profile.legacySources(profileView(context))) {
    for (const entry of source.entries) add(entry.source, 'legacy');
  }
  for (const absolute of tracked) add(absolute, 'tracked');
  if (watch.length > 0) {
    const isWatched = picomatch([...watch], { dot: true, windows: false, flags: 's' });
    const skip = (inside: string) =>
      inside === '.git' || isWithin(inside, vaultName) || inside.endsWith(`/${vaultName}`);
    walkFiles(
      context.ports.fs,
      context.workspace,
      inside => isWatched(inside) && add(path.join(context.workspace, inside), 'watched'),
      skip,
    );
  }
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
