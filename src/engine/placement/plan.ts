import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Omission, Overwrite, RestoreResult } from '../../protocol/common.ts';
import { isAbsent, systemCode } from '../errors.ts';
import { foldedName, nameFromBytes, nameProblem, parentOf, systemPath } from '../names.ts';
import { Pace } from '../pace.ts';
import type { Ports, Work } from '../ports.ts';
import { specialKind } from '../read-directory.ts';
import { NamesInPlace } from './hard-links.ts';
import { hashFile } from './hash-file.ts';
import { isReserved } from './home.ts';
import { isLater, isSameTime } from './system-time.ts';
import { VaultsThere } from './vaults-there.ts';
import type { Wanted } from './wanted.ts';

export type Change = RestoreResult['changes'][number];

/**
 * One change to the tree below the base. `displaces`: what lies there is moved aside first. `there`: the state that the
 * plan saw, to be compared again before it is carried out; absent where nothing can be told from it.
 */
export type Step =
  | { do: 'delete'; path: string; there: string }
  | { do: 'rmdir'; path: string; mode: number; mtime: string }
  | { do: 'mkdir'; path: string }
  | { do: 'put'; path: string; displaces: boolean; wanted: Wanted; there?: string };

export interface PlacementPlan {
  base: string;
  steps: Step[];
  /** Directories whose mode and mtime are set at the very end. */
  directories: Wanted[];
  changes: Change[];
  failed: Omission[];
}

export interface PlacementOptions {
  overwrite: Overwrite;
  /** Paths to remove, files and then the directories that held them, deepest first. */
  deletes: readonly string[];
}

/**
 * Compares what is wanted with what lies below `base`, and says step by step what has to change. Reads only.
 * A name that cannot be, or that would fall together with another one here, fails alone and is listed.
 */
export async function planPlacement(
  ports: Ports,
  base: string,
  wanted: readonly Wanted[],
  { overwrite, deletes }: PlacementOptions,
  work: Work,
): Promise<PlacementPlan> {
  const pace = new Pace(work);
  const plan: PlacementPlan = { base, steps: [], directories: [], changes: [], failed: [] };
  const blocked = new Set<string>();
  const fail = (path: string, reason: string) => {
    plan.failed.push({ path, reason });
    blocked.add(path);
  };
  const fresh = new Set<string>();
  const removed = new Set<string>();
  for (const path of deletes) {
    const problem = pathProblem(ports, path);
    if (problem) {
      plan.failed.push({ path, reason: problem });
      continue;
    }
    const stat = lstatOf(ports, base, path);
    if (!stat) continue;
    removed.add(path);
    if (stat.isDirectory()) {
      plan.steps.push({ do: 'rmdir', path, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
    } else plan.steps.push({ do: 'delete', path, there: stateOf(stat) });
    plan.changes.push({ path, action: 'delete', type: typeOf(stat) });
  }
  const collisions = collidingPaths(ports, base, wanted);
  const names = new NamesInPlace(wanted);
  const vaults = new VaultsThere(ports, base);
  for (const [number, one] of wanted.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Comparing', done: number, total: wanted.length, unit: 'files' });
    const parent = parentOf(one.path);
    if (blocked.has(parent)) {
      fail(one.path, 'the directory that holds it could not be placed');
      continue;
    }
    const problem = pathProblem(ports, one.path) ?? collisions.get(one.path);
    if (problem) {
      fail(one.path, problem);
      continue;
    }
    // Below a directory that is yet to be made lies nothing; looking there could follow a link that is in its place.
    const unseen = removed.has(one.path) || fresh.has(parent);
    const there = unseen ? undefined : lstatOf(ports, base, one.path);
    if (one.type === 'dir' && !there?.isDirectory()) fresh.add(one.path);
    if (!unseen && vaults.holds(one.path)) {
      const stays =
        one.type === 'dir' ? there?.isDirectory() : there && (await isSame(ports, base, one, there, overwrite, pace));
      if (stays) plan.changes.push({ path: one.path, action: 'unchanged', type: one.type });
      else fail(one.path, 'it lies in the vault of another root, which is left as it is');
      continue;
    }
    const special = there && specialKind(there);
    if (special) fail(one.path, `${special} is in the way`);
    else if (one.type === 'dir') planDirectory(plan, one, there, overwrite, fail);
    else if (!there) {
      planNewLeaf(plan, one, unseen);
      names.addMissing(one);
    } else await planLeaf(ports, plan, one, there, overwrite, fail, pace, names);
  }
  if (overwrite === 'always' || overwrite === 'if-changed') planAgain(plan, names);
  return plan;
}

/** Why nothing may be placed or removed at a path, whoever asks for it. */
export function pathProblem({ platform }: Ports, path: string): string | undefined {
  if (isReserved(path)) return 'Holdfast keeps what it is at work on under this name';
  for (const name of path.split('/')) {
    const problem = nameProblem(name, platform);
    if (problem) return problem;
  }
  return undefined;
}

/** Differs as soon as what lies at a path is another thing, or was written to. */
export function stateOf(stat: BigIntStats | undefined): string {
  return stat ? [stat.ino, stat.mode, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ') : 'absent';
}

/** The same, whatever names it is linked under meanwhile: of a state as `stateOf` gives it. */
export function contentState(state: string): string {
  return state.slice(0, state.lastIndexOf(' '));
}

type Fail = (path: string, reason: string) => void;

function planDirectory(
  plan: PlacementPlan,
  one: Wanted,
  there: BigIntStats | undefined,
  overwrite: Overwrite,
  fail: Fail,
): void {
  const { path } = one;
  if (there?.isDirectory()) {
    if (one.implied) return;
    if (overwrite !== 'never') plan.directories.push(one);
    plan.changes.push({ path, action: 'unchanged', type: 'dir' });
  } else if (!there) {
    plan.steps.push({ do: 'mkdir', path });
    plan.directories.push(one);
    plan.changes.push({ path, action: 'create', type: 'dir' });
  } else if (one.implied || overwrite === 'never') {
    fail(path, `a ${typeOf(there)} is where a directory should be`);
  } else {
    plan.steps.push({ do: 'delete', path, there: stateOf(there) }, { do: 'mkdir', path });
    plan.directories.push(one);
    plan.changes.push({ path, action: 'overwrite', type: 'dir' });
  }
}

function planNewLeaf(plan: PlacementPlan, wanted: Wanted, unseen: boolean): void {
  const { path, type } = wanted;
  const put = { do: 'put', path, displaces: false, wanted } as const;
  plan.steps.push(unseen ? put : { ...put, there: stateOf(undefined) });
  plan.changes.push({ path, action: 'create', type });
}

async function planLeaf(
  ports: Ports,
  plan: PlacementPlan,
  one: Wanted,
  there: BigIntStats,
  overwrite: Overwrite,
  fail: Fail,
  pace: Pace,
  names: NamesInPlace,
): Promise<void> {
  const { path, type } = one;
  if (there.isDirectory()) {
    fail(path, 'a directory is in the way; it is only removed when extra files are to be deleted too');
    return;
  }
  if (await isSame(ports, plan.base, one, there, overwrite, pace)) {
    plan.changes.push({ path, action: 'unchanged', type });
    if (type === 'file') names.add(one, there);
    return;
  }
  if (overwrite === 'never' || (overwrite === 'if-newer' && !isLater(BigInt(one.mtime), there.mtimeNs))) {
    plan.changes.push({ path, action: 'keep', type });
    return;
  }
  plan.steps.push({ do: 'put', path, displaces: true, wanted: one, there: stateOf(there) });
  plan.changes.push({ path, action: 'overwrite', type });
  names.addMissing(one);
}

/** What has the right content, but is one file with something that it should not be one with, is written anew. */
function planAgain(plan: PlacementPlan, names: NamesInPlace): void {
  const wrong = new Map(names.wrong().map(({ one, there }) => [one.path, { one, there }]));
  for (const { one, there } of wrong.values())
    plan.steps.push({ do: 'put', path: one.path, displaces: true, wanted: one, there: stateOf(there) });
  if (wrong.size > 0) for (const change of plan.changes) if (wrong.has(change.path)) change.action = 'overwrite';
}

/** Under `if-changed`, equal size and time are taken as equal content; otherwise the bytes decide. */
async function isSame(
  ports: Ports,
  base: string,
  one: Wanted,
  there: BigIntStats,
  overwrite: Overwrite,
  pace: Pace,
): Promise<boolean> {
  const sameTime = isSameTime(there.mtimeNs, BigInt(one.mtime));
  if (one.type === 'link') {
    if (!there.isSymbolicLink()) return false;
    return nameFromBytes(ports.fs.readlinkSync(at(base, one.path), { encoding: 'buffer' })) === one.target;
  }
  if (!there.isFile() || Number(there.size) !== one.size) return false;
  const sameMode = ports.platform === 'win32' || Number(there.mode & 0o777n) === (one.mode & 0o777);
  if (!sameTime || !sameMode) return false;
  return overwrite === 'if-changed' || (await hashFile(ports.fs, at(base, one.path), pace)) === one.sha256;
}

/** Where a path below the base is, in the form that file calls take. */
export function at(base: string, path: string): string {
  return systemPath(path === '' ? base : join(base, path));
}

export function lstatOf(ports: Ports, base: string, path: string): BigIntStats | undefined {
  try {
    // Asked of thousands of paths where nothing is: an error for each would cost more than the question.
    return ports.fs.lstatSync(at(base, path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // Below a file, or a link that leads to itself, lies nothing either.
    if (['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

function typeOf(stat: { isDirectory(): boolean; isSymbolicLink(): boolean }): 'file' | 'dir' | 'link' {
  return stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'link' : 'file';
}

/** Paths that would fall together where names are compared without case or Unicode form. */
function collidingPaths(ports: Ports, base: string, wanted: readonly Wanted[]): Map<string, string> {
  const colliding = new Map<string, string>();
  if (!foldsNames(ports, base)) return colliding;
  const seen = new Map<string, string>();
  for (const { path } of wanted) {
    const folded = foldedName(path);
    const other = seen.get(folded);
    if (other !== undefined && other !== path) colliding.set(path, `here it would be the same file as "${other}"`);
    seen.set(folded, other ?? path);
  }
  return colliding;
}

/** Whether this file system takes `Name` and `nAME` for the same: asked of the nearest directory that exists. */
export function foldsNames(ports: Ports, base: string): boolean {
  for (let directory = base; dirname(directory) !== directory; directory = dirname(directory)) {
    const name = directory.slice(dirname(directory).length);
    const swapped = name.replace(/\p{L}/gu, letter =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    if (swapped === name) continue;
    try {
      const stat = ports.fs.lstatSync(directory);
      try {
        return ports.fs.lstatSync(dirname(directory) + swapped).ino === stat.ino;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }
  return ports.platform === 'win32' || ports.platform === 'darwin';
}
