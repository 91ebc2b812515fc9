import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import type { Omission } from '../../protocol/common.ts';
import type { Context } from '../context.ts';
import { renameOver, syncDirectory, temporaryName, temporaryPath, writeAll } from '../durable.ts';
import { asHoldfastError, isAbsent, systemCode } from '../errors.ts';
import { nameFromBytes, systemPath } from '../names.ts';
import type { Pace } from '../pace.ts';
import { hashFile } from '../placement/hash-file.ts';
import { at } from '../placement/plan.ts';
import { systemTime } from '../placement/system-time.ts';
import { shownPath } from '../root/shown-path.ts';
import { isPlaced } from './is-placed.ts';
import type { StoredMigration } from './records.ts';

/** What was migrated from, after it was migrated: replaced by links, removed, or given back. */

type Placed = StoredMigration['placed'][number];
type OldDirectory = StoredMigration['oldDirectories'][number];

/** The directories around the old places, with their times, so that giving the files back leaves no trace. */
export function oldDirectories(context: Context, placed: readonly Placed[]): OldDirectory[] {
  const found = new Map<string, OldDirectory>();
  for (const { source } of placed) {
    const directory = path.dirname(source);
    const stat = found.has(directory) ? undefined : lstat(context, directory);
    if (stat)
      found.set(directory, { path: directory, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() });
  }
  return [...found.values()];
}

/** With the modes and times of the old places, which those in the root need not have: a secret lies there as private. */
export function asInOldPlaces(context: Context, placed: readonly Placed[]): Placed[] {
  return placed.map(one => {
    const stat = lstat(context, one.source);
    return stat?.isFile() ? { ...one, mode: Number(stat.mode & 0o7777n), mtime: stat.mtimeNs.toString() } : one;
  });
}

/**
 * Replaces every migrated file by a link to its new place, so that a program with a hard-wired path keeps working, inside
 * the root. Each is compared with its copy again just before.
 *
 * @returns what was left as it is, and why
 */
export function linkSources(context: Context, placed: readonly Placed[], pace: Pace): Promise<Omission[]> {
  return eachVerified(context, placed, pace, one => {
    const { fs } = context.ports;
    const directory = path.dirname(one.source);
    const target = path.join(context.root, one.path);
    const inside = (place: string) => !path.relative(context.workspace, place).startsWith('..');
    const text = inside(target) && inside(one.source) ? path.relative(directory, target) : target;
    const temporary = temporaryPath(context.ports, directory);
    fs.symlinkSync(systemPath(text), temporary);
    try {
      renameOver(context.ports, temporary, systemPath(one.source));
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** Removes every migrated file whose copy in the root is still what was migrated. @returns what was left, and why */
export function removeSources(context: Context, placed: readonly Placed[], pace: Pace): Promise<Omission[]> {
  return eachVerified(context, placed, pace, one => context.ports.fs.unlinkSync(systemPath(one.source)));
}

async function eachVerified(
  context: Context,
  placed: readonly Placed[],
  pace: Pace,
  act: (one: Placed) => void,
): Promise<Omission[]> {
  const left: Omission[] = [];
  clearLeftovers(context, placed);
  for (const [done, one] of placed.entries()) {
    if (pace.due()) await pace.breathe({ phase: 'Verifying', done, total: placed.length, unit: 'files' });
    try {
      const reason = await whyNot(context, one, pace);
      if (reason === undefined) act(one);
      else if (reason !== 'done') left.push({ path: shownPath(context.workspace, one.source), reason });
    } catch (error) {
      const known = asHoldfastError(error);
      if (known.code === 'CANCELLED') throw known;
      left.push({ path: shownPath(context.workspace, one.source), reason: known.message });
    }
  }
  for (const directory of new Set(placed.map(one => path.dirname(one.source)))) {
    if (lstat(context, directory)) syncDirectory(context.ports, systemPath(directory));
  }
  return left;
}

/** Why a source has to stay; `done` when there is nothing left of it to see to. */
async function whyNot(context: Context, one: Placed, pace: Pace): Promise<string | undefined> {
  if (one.upgraded) return 'it was upgraded on the way, so only it has the bytes as they were';
  const stat = lstat(context, one.source);
  if (!stat || isOurLink(context, one, stat)) return 'done';
  if (one.type === 'link' || !stat.isFile()) return 'it is not a regular file';
  if ((await hashFile(context.ports.fs, systemPath(one.source), pace)) !== one.sha256) {
    return 'it was changed since it was migrated';
  }
  return (await isPlaced(context, one, pace)) ? undefined : 'its copy in the root was changed since it was migrated';
}

/** Puts files back where links are, or nothing is any more, from their copies in the root. What else lies there stays. */
export async function returnSources(context: Context, migration: StoredMigration, pace: Pace): Promise<void> {
  const { fs } = context.ports;
  clearLeftovers(context, migration.placed);
  for (const one of migration.placed) {
    if (pace.due()) await pace.breathe();
    const stat = lstat(context, one.source);
    if (one.upgraded || (stat && !isOurLink(context, one, stat)) || !(await isPlaced(context, one, pace))) continue;
    const directory = path.dirname(one.source);
    fs.mkdirSync(systemPath(directory), { recursive: true });
    await copyBack(context, one, pace);
    syncDirectory(context.ports, systemPath(directory));
  }
  for (const { path: directory, mode, mtime } of migration.oldDirectories) {
    if (!lstat(context, directory)?.isDirectory()) continue;
    fs.chmodSync(systemPath(directory), mode);
    fs.utimesSync(systemPath(directory), systemTime(mtime), systemTime(mtime));
  }
}

/** What was being written beside the sources when an earlier run was killed. */
function clearLeftovers(context: Context, placed: readonly Placed[]): void {
  const { fs } = context.ports;
  for (const directory of new Set(placed.map(one => path.dirname(one.source)))) {
    if (!lstat(context, directory)?.isDirectory()) continue;
    const left = fs.readdirSync(systemPath(directory)).filter(name => temporaryName.test(name));
    for (const name of left) fs.rmSync(systemPath(path.join(directory, name)), { force: true });
  }
}

async function copyBack(context: Context, { source, path: place, mode, mtime }: Placed, pace: Pace): Promise<void> {
  const { fs } = context.ports;
  const temporary = temporaryPath(context.ports, path.dirname(source));
  const from = fs.openSync(at(context.root, place), 'r');
  const to = fs.openSync(temporary, 'wx', 0o600);
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let read = fs.readSync(from, buffer); read > 0; read = fs.readSync(from, buffer)) {
      writeAll(fs, to, buffer.subarray(0, read));
      if (pace.due()) await pace.breathe();
    }
    fs.fchmodSync(to, mode);
    fs.futimesSync(to, systemTime(mtime), systemTime(mtime));
    fs.fsyncSync(to);
    renameOver(context.ports, temporary, systemPath(source));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(from);
    fs.closeSync(to);
  }
}

function isOurLink({ ports, root }: Context, { source, path: place }: Placed, stat: BigIntStats): boolean {
  if (!stat.isSymbolicLink()) return false;
  const text = nameFromBytes(ports.fs.readlinkSync(systemPath(source), { encoding: 'buffer' }));
  return path.resolve(path.dirname(source), text) === path.join(root, place);
}

function lstat({ ports }: Context, absolute: string): BigIntStats | undefined {
  try {
    return ports.fs.lstatSync(systemPath(absolute), { bigint: true });
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
